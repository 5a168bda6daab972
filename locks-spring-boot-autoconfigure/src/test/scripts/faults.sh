#!/usr/bin/env bash
# Runs the faults of a lock directory: crashes, signals, full disks, namespaces. Prints a
# line with its figure for each. What needs root, namespaces or strace is left out, with a
# message, where these are missing. Ends only processes that it has started.
set -euo pipefail
cd "$(dirname "$0")/../../../.."

module=locks-spring-boot-autoconfigure
work=$(mktemp -d "${TMPDIR:-/tmp}/locks-faults.XXXXXX")
shm=
failures=0
started=()

clean_up() {
  for pid in "${started[@]}"; do
    kill -9 "$pid" 2> /dev/null || true
  done
  rm -rf "$work" ${shm:+"$shm"}
}
trap clean_up EXIT

result() { # row, name, output file, pattern that must be there
  if grep -Eq "$4" "$3"; then
    echo "row $1: PASS $2: $(grep -E "$4" "$3" | tail -1 | cut -c1-200)"
  else
    echo "row $1: FAIL $2, no '$4' in:"
    sed 's/^/    /' "$3"
    failures=$((failures + 1))
  fi
}

have() {
  command -v "$1" > /dev/null
}

tests() { # title, options...
  local title=$1
  shift
  if mvn -q -pl "$module" test -Dsurefire.failIfNoSpecifiedTests=false "$@" > "$work/tests.log" 2>&1; then
    echo "PASS $title"
    grep -hE '^rows? [0-9]' "$module"/target/surefire-reports/*FaultTests-output.txt 2> /dev/null | sed 's/^/    /' || true
  else
    echo "FAIL $title"
    tail -30 "$work/tests.log" | sed 's/^/    /'
    failures=$((failures + 1))
  fi
  rm -f "$module"/target/surefire-reports/*FaultTests-output.txt
}

mvn -q -pl "$module" test-compile dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$work/classpath"
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
# Where other users can read it too.
chmod 755 "$work"
mkdir "$work/lib"
tr ':' '\n' < "$work/classpath" | while read -r jar; do ln "$jar" "$work/lib/" 2> /dev/null || cp -f "$jar" "$work/lib/"; done
cp -r "$module/target/classes" "$module/target/test-classes" "$work"
classpath="$work/test-classes:$work/classes:$work/lib/*"
locker=("$java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m -Xlog:disable -cp "$classpath" io.github.locks.file.HoldingProcess)

echo "== Processes and threads, with large numbers"
tests "rows 1, 3, 26, 33, 34, 36, 40, 41, 43, 54, 55" '-Dtest=LockDirectoryFaultTests' \
  -Dlocks.test.kills=100 -Dlocks.test.interrupts=10000 -Dlocks.test.cycles=10000 -Dlocks.test.leftovers=1000 -Dlocks.test.turns=2000
tests "rows 4, 50, 53: a minute of SIGSTOP, a writer among readers, a deadlock of two processes" \
  '-Dtest=FileLockProcessesTests#suspended*+writer*+deadlock*' -Dlocks.test.suspended=PT60S
tests "row 53: ${FAULTS_ORDERED:-PT1M} of ordered locking by 3 processes, reports 0" '-Dtest=FileLockProcessesTests#ordered*' \
  -Dlocks.test.ordered="${FAULTS_ORDERED:-PT1M}"
tests "row 34: 16,000 holds by 8 processes on $(df --output=fstype "$work" | tail -1)" '-Dtest=FileLockProcessesTests#holdsOf*' \
  -Dlocks.test.processes=8 -Dlocks.test.holds=2000
if [ -w /dev/shm ]; then
  shm=$(mktemp -d /dev/shm/locks-faults.XXXXXX)
  tests "row 34: 16,000 holds by 8 processes on $(df --output=fstype "$shm" | tail -1)" '-Dtest=FileLockProcessesTests#holdsOf*' \
    -Dlocks.test.processes=8 -Dlocks.test.holds=2000 "-DargLine=-Djava.io.tmpdir=$shm"
fi

echo "== Surroundings"
if have strace; then
  for when in 1 2 3 4 5; do
    error=$([ $((when % 2)) = 0 ] && echo EIO || echo ESTALE)
    strace -f -P "$work/46" -o "$work/strace" -e "inject=openat:error=$error:when=$when" \
      "${locker[@]}" attempts "$work/46" 3 > "$work/46.log" 2>&1 || true
    result 46 "one of the files cannot be opened, once ($error, number $when)" "$work/46.log" 'refused: .*(Stale file handle|Input/output error)'
    tail -1 "$work/46.log" > "$work/46b.log"
    result 46 "and works after it" "$work/46b.log" ' ok$'
  done
  strace -f -o "$work/strace" -e inject=fcntl:error=ENOLCK "${locker[@]}" attempts "$work/45" 3 > "$work/45.log" 2>&1 || true
  result 45 "a file system without locks" "$work/45.log" 'refused: The lock directory .* cannot be used'
  ended=0
  for when in 1 3 5 7 9 11 13; do
    { strace -f -o "$work/strace" -e "inject=fcntl:signal=KILL:when=$when" "${locker[@]}" attempts "$work/3" 2 > "$work/3a.log" 2>&1 || ended=$((ended + 1)); } 2> /dev/null
  done
  "${locker[@]}" attempts "$work/3" 2 > "$work/3.log" 2>&1
  result 3 "killed inside of a lock call, $ended of 7 times" "$work/3.log" ' ok$'
else
  echo "rows 3, 45, 46: left out, strace is missing"
fi

faketime=$(find /usr/lib /usr/local/lib -name libfaketimeMT.so.1 2> /dev/null | head -1)
if [ -n "$faketime" ]; then
  moved() { # clock, command; the wall clock of the command is that of the file
    echo +0 > "$work/clock-$1"
    # Without the last of these it would make all waits of the monotonic clock late.
    LD_PRELOAD=$faketime FAKETIME_TIMESTAMP_FILE="$work/clock-$1" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \
      FAKETIME_FORCE_MONOTONIC_FIX=0 "${@:2}"
  }
  mkfifo "$work/until"
  for hours in +1 -1; do
    sign=${hours%1}
    moved holder "${locker[@]}" hold "$work/7" a < "$work/until" > "$work/7a.log" 2>&1 &
    started+=($!)
    exec 9> "$work/until"
    until grep -q holding "$work/7a.log"; do sleep 0.1; done
    moved waiter "${locker[@]}" clock "$work/7" 4 > "$work/7.log" 2>&1 &
    waiter=$!
    started+=("$waiter")
    until grep -q asking "$work/7.log"; do sleep 0.1; done
    sleep 1
    echo "${hours}h" | tee "$work/clock-holder" > "$work/clock-waiter"
    wait "$waiter"
    result 7 "the wall clock moved by $hours h, of the holder and of who waits 4 s" "$work/7.log" \
      "^clock moved by ${sign#+}60 min, (39[0-9]{2}|4[01][0-9]{2}) ms refused: Could not get"
    exec 9>&-
    wait "${started[-2]}" || true
    "${locker[@]}" attempts "$work/7" 1 > "$work/7b.log" 2>&1
    result 7 "and free after it was given back" "$work/7b.log" ' ok$'
  done
else
  echo "row 7: left out, libfaketime is missing"
fi

(ulimit -n 256 && exec "${locker[@]}" exhausted "$work/40") > "$work/40.log" 2>&1 || true
result 40 "no descriptors" "$work/40.log" '^[0-9]{1,2} ms refused: .*Too many open files'
tail -1 "$work/40.log" > "$work/40b.log"
result 40 "usable again when there are some" "$work/40b.log" ' ok$'

if [ "$(id -u)" = 0 ] && have unshare && unshare -m true 2> /dev/null; then
  in_mounts() { # script; runs with its own mounts
    unshare -m bash -c "mount -t tmpfs -o ${options:-size=1m} tmpfs '$work/mnt'; $1"
  }
  mkdir -p "$work/mnt"
  export -n options 2> /dev/null || true
  command="$(printf '%q ' "${locker[@]}")attempts '$work/mnt/locks'"

  options=size=16k in_mounts "$command 3" > "$work/39a.log" 2>&1 || true
  result 39 "disk full" "$work/39a.log" 'refused: .*([Nn]o space|cannot be)'
  options=size=1m,nr_inodes=4 in_mounts "$command 3" > "$work/39b.log" 2>&1 || true
  result 39 "no inodes" "$work/39b.log" 'refused: .*([Nn]o space|cannot be)'
  in_mounts "mkdir '$work/mnt/locks'; ($(printf '%q ' "${locker[@]}") hold '$work/mnt/locks' a < <(sleep 9)) & sleep 2
    head -c 2m /dev/zero > '$work/mnt/fill'; $command 2; rm '$work/mnt/fill'; $command 2; wait; $command 2" > "$work/39c.log" 2>&1 || true
  result 39 "disk filled while a lock is held, which others respect" "$work/39c.log" 'refused: Could not get the distributed lock'
  tail -1 "$work/39c.log" > "$work/39d.log"
  result 39 "and free after it was given back" "$work/39d.log" ' ok$'
  in_mounts "mkdir '$work/mnt/locks'; mount --bind '$work/mnt/locks' '$work/mnt/locks'; mount -o remount,ro,bind '$work/mnt/locks'; $command 2" > "$work/38.log" 2>&1 || true
  result 38 "read-only at the start" "$work/38.log" 'refused: .*Read-only file system'
  in_mounts "($command 6) & sleep 2; mv '$work/mnt/locks' '$work/mnt/away'; sleep 2; mv '$work/mnt/away' '$work/mnt/locks'; wait" > "$work/37.log" 2>&1 || true
  result 37 "moved away while in use" "$work/37.log" 'refused: .*removed or replaced'
  tail -1 "$work/37.log" > "$work/37b.log"
  result 37 "usable again when it is back" "$work/37b.log" ' ok$'
  in_mounts "mkdir '$work/mnt/locks' '$work/mnt/other'; mount --bind '$work/mnt/locks' '$work/mnt/other'
    ($(printf '%q ' "${locker[@]}") hold '$work/mnt/locks' a < <(sleep 8)) & sleep 3; $(printf '%q ' "${locker[@]}") attempts '$work/mnt/other' 2; wait" > "$work/44.log" 2>&1 || true
  result 44 "the same directory by a bind mount" "$work/44.log" 'refused: Could not get the distributed lock'
  if unshare -pf --mount-proc true 2> /dev/null; then
    (unshare -pf --mount-proc "${locker[@]}" hold "$work/42" a < <(sleep 10)) > "$work/42a.log" 2>&1 &
    started+=($!)
    sleep 3
    (unshare -pf --mount-proc "${locker[@]}" attempts "$work/42" 3) > "$work/42.log" 2>&1 || true
    result 42 "two process namespaces, each with a process 1" "$work/42.log" 'refused: Could not get the distributed lock .*process 1@'
    wait "${started[-1]}" || true
  fi
  if have setpriv; then
    mkdir -m 755 "$work/foreign"
    setpriv --reuid=65534 --clear-groups "${locker[@]}" attempts "$work/foreign" 1 > "$work/38b.log" 2>&1 || true
    result 38 "directory of another user" "$work/38b.log" 'refused: .*permission denied'
    mkdir -m 700 "$work/closed"
    chown 65534 "$work/closed"
    setpriv --reuid=65534 --clear-groups "${locker[@]}" attempts "$work/closed" 7 > "$work/37c.log" 2>&1 &
    started+=($!)
    until grep -q ' ok$' "$work/37c.log"; do sleep 0.1; done
    chmod 000 "$work/closed"
    sleep 3
    chmod 700 "$work/closed"
    wait "${started[-1]}" || true
    result 37 "permissions taken away while in use" "$work/37c.log" 'refused: .*[Pp]ermission denied'
    tail -1 "$work/37c.log" > "$work/37d.log"
    result 37 "usable again when they are back" "$work/37d.log" ' ok$'
  fi
else
  echo "rows 37, 38, 39, 42, 44: left out, they need root and namespaces"
fi

if [ "$failures" -gt 0 ]; then
  echo "$failures failed"
  exit 1
fi
echo "All passed"
