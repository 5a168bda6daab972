package io.github.locks.support;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.Deadlock;
import io.github.locks.Deadlock.Kind;
import io.github.locks.Deadlock.Participant;
import io.github.locks.DeadlockException;
import io.github.locks.LockNames;
import io.github.locks.LockOwner;
import io.github.locks.deadlock.WaitForGraph;
import io.github.locks.spi.LockClaim;
import io.github.locks.spi.ProcessId;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Searches for deadlocks when a request begins to wait, and every check interval as long
 * as somebody waits; reports each once in the log; breaks cycles if that is the policy.
 */
final class DeadlockMonitor {

	private static final Log logger = LogFactory.getLog(DeadlockMonitor.class);

	private static final String REMEDY = "Take locks in the same order everywhere";

	private static final int NAMED_PARTICIPANTS = 10;

	/** Between two looks at other processes. */
	private static final long SEARCH_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

	/** The same, as long as there may be a deadlock: two more looks are needed. */
	private static final long SUSPICIOUS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final WaitForGraph graph;

	private final ProcessDeadlocks processes;

	private final BiConsumer<LockClaim, RuntimeException> refuse;

	private final Supplier<? extends Collection<? extends LockClaim>> askers;

	private final Supplier<Map<LockOwner, List<String>>> holds;

	private final Workers workers;

	private final long intervalNanos;

	private final Duration threshold;

	private final DeadlockPolicy policy;

	/** What was seen already, and when first; the members tell deadlocks apart. */
	@GuardedBy("this")
	private final Map<Set<LockClaim>, Deadlock> known = new HashMap<>();

	private final Listeners listeners;

	private final AtomicBoolean scheduled = new AtomicBoolean();

	/** Used by one check at a time. */
	private volatile long searchedNanos = System.nanoTime();

	/**
	 * Creates a monitor.
	 * @param processes the search in several processes
	 * @param refuse has one fail who waits for the backend
	 * @param askers those who wait for the backend, not in a queue
	 * @param holds finds out what each owner holds
	 */
	DeadlockMonitor(WaitForGraph graph, ProcessDeadlocks processes, BiConsumer<LockClaim, RuntimeException> refuse,
			Supplier<? extends Collection<? extends LockClaim>> askers, Supplier<Map<LockOwner, List<String>>> holds,
			Workers workers, LockSettings settings, Listeners listeners) {
		this.processes = processes;
		this.refuse = refuse;
		this.graph = graph;
		this.holds = holds;
		this.askers = askers;
		this.workers = workers;
		this.intervalNanos = LockSettings.nanos(settings.deadlockCheckInterval());
		this.threshold = settings.deadlockThreshold();
		this.policy = settings.deadlockPolicy();
		this.listeners = listeners;
	}

	/** Checks a request that began to wait just now. */
	void queued(LockClaim claim) {
		try {
			List<LockClaim> cycle = this.graph.cycleThrough(claim);
			if (!cycle.isEmpty()) {
				breakUp(remember(Kind.CYCLE, cycle, this.holds.get()), youngest(cycle));
			}
		}
		catch (Throwable ex) {
			SafeLog.warn(logger, "The search for deadlocks failed; the wait goes on", ex);
		}
		waiting();
	}

	/** Sees to it that waits are looked at from time to time. */
	void waiting() {
		if (!this.scheduled.get() && this.scheduled.compareAndSet(false, true)) {
			scheduleCheck(this.intervalNanos);
		}
	}

	/** All deadlocks that exist now. */
	List<Deadlock> detect() {
		List<Deadlock> all = update(this.graph.cycles());
		all.addAll(this.processes.known(this::isWaiting));
		return all;
	}

	/** What is known of a deadlock that a request is part of, in words. */
	Optional<String> describe(LockClaim claim) {
		synchronized (this) {
			return this.known.entrySet()
				.stream()
				.filter((entry) -> entry.getValue().kind() == Kind.CYCLE && entry.getKey().contains(claim))
				.map(Map.Entry::getValue)
				.findFirst()
				.or(() -> this.processes.of(claim))
				.map(DeadlockMonitor::text);
		}
	}

	private List<Deadlock> update(List<List<LockClaim>> cycles) {
		List<Deadlock> deadlocks = new ArrayList<>();
		Set<Set<LockClaim>> current = new HashSet<>();
		List<LockClaim> longWaits = longWaits(cycles);
		Map<LockOwner, List<String>> held = (cycles.isEmpty() && longWaits.isEmpty()) ? Map.of() : this.holds.get();
		for (List<LockClaim> cycle : cycles) {
			deadlocks.add(remember(Kind.CYCLE, cycle, held));
			current.add(Set.copyOf(cycle));
		}
		for (LockClaim claim : longWaits) {
			deadlocks.add(remember(Kind.LONG_WAIT, List.of(claim), held));
			current.add(Set.of(claim));
		}
		synchronized (this) {
			this.known.keySet().removeIf((members) -> !current.contains(members) && !areAllWaiting(members));
		}
		return deadlocks;
	}

	private boolean areAllWaiting(Set<LockClaim> members) {
		return members.stream().allMatch(this::isWaiting);
	}

	private boolean isWaiting(LockClaim claim) {
		return claim.isQueued() || this.askers.get().contains(claim);
	}

	private List<LockClaim> longWaits(List<List<LockClaim>> cycles) {
		long now = System.nanoTime();
		long thresholdNanos = LockSettings.nanos(this.threshold);
		Set<LockClaim> inCycle = new HashSet<>();
		cycles.forEach(inCycle::addAll);
		List<LockClaim> waiting = this.graph.queued();
		waiting.addAll(this.askers.get());
		return waiting.stream()
			.filter((claim) -> now - claim.requestedNanos() >= thresholdNanos && !inCycle.contains(claim))
			.sorted(Comparator.comparingLong((claim) -> claim.requestedNanos() - now))
			.toList();
	}

	private void scheduleCheck(long delayNanos) {
		this.workers.schedule(() -> this.workers.execute(this::check), delayNanos);
	}

	private void check() {
		long start = System.nanoTime();
		try {
			List<List<LockClaim>> cycles = this.graph.cycles();
			List<Deadlock> deadlocks = update(cycles);
			for (int i = 0; i < cycles.size(); i++) {
				breakUp(deadlocks.get(i), youngest(cycles.get(i)));
			}
			searchInOtherProcesses();
		}
		finally {
			checkAgain(System.nanoTime() - start);
		}
	}

	private void searchInOtherProcesses() {
		if (this.askers.get().isEmpty()) {
			this.processes.clear();
			return;
		}
		if (System.nanoTime() - this.searchedNanos < searchPauseNanos() / 2) {
			return;
		}
		this.searchedNanos = System.nanoTime();
		this.processes.search((found) -> {
			report(found.deadlock());
			found.victim().ifPresent((victim) -> breakUp(found.deadlock(), victim));
		});
	}

	/**
	 * A check that takes long is made less often: at most a twentieth of one core is for
	 * it. Those who wait for the backend only can be in no deadlock of this process.
	 */
	private void checkAgain(long durationNanos) {
		if (isSomebodyWaiting()) {
			long pause = this.graph.queued().isEmpty() ? searchPauseNanos() : 0;
			scheduleCheck(Math.max(Math.max(this.intervalNanos, pause), 20 * durationNanos));
			return;
		}
		this.processes.clear();
		this.scheduled.set(false);
		// Somebody may have begun to wait since, and relied on the flag.
		if (isSomebodyWaiting()) {
			waiting();
		}
	}

	private long searchPauseNanos() {
		return this.processes.isSuspicious() ? SUSPICIOUS_NANOS : SEARCH_NANOS;
	}

	private boolean isSomebodyWaiting() {
		return !this.askers.get().isEmpty() || !this.graph.queued().isEmpty();
	}

	/**
	 * The same whoever asks, so that a cycle that two members close at once has one
	 * victim.
	 */
	private static LockClaim youngest(List<LockClaim> cycle) {
		LockClaim youngest = cycle.get(0);
		for (LockClaim claim : cycle) {
			long age = youngest.requestedNanos() - claim.requestedNanos();
			if (age < 0 || (age == 0 && System.identityHashCode(claim) > System.identityHashCode(youngest))) {
				youngest = claim;
			}
		}
		return youngest;
	}

	private void breakUp(Deadlock deadlock, LockClaim victim) {
		if (this.policy == DeadlockPolicy.BREAK) {
			DeadlockException failure = new DeadlockException("The " + victim.type().key() + " lock on "
					+ LockNames.quote(victim.resource()) + " was refused to break a deadlock: " + text(deadlock)
					+ ". Give back the locks you hold, then try again; to prevent it, take locks in the same order"
					+ " everywhere.", victim.resource(), victim.type(), deadlock);
			if (!victim.fail(failure)) {
				this.refuse.accept(victim, failure);
			}
		}
	}

	/**
	 * Reports a deadlock that is new, to listeners and appenders that are somebody else's
	 * code: the request that found it stands in a queue and must not be left there. Tells
	 * since when one is known.
	 */
	private Deadlock remember(Kind kind, List<LockClaim> members, Map<LockOwner, List<String>> held) {
		Set<LockClaim> key = Set.copyOf(members);
		Deadlock deadlock;
		synchronized (this) {
			Deadlock earlier = this.known.get(key);
			deadlock = describe(kind, (earlier != null) ? earlier.detectedAt() : Instant.now(), members, held);
			this.known.put(key, deadlock);
			if (earlier != null) {
				return deadlock;
			}
		}
		report(deadlock);
		return deadlock;
	}

	private void report(Deadlock deadlock) {
		if (deadlock.kind() == Kind.CYCLE) {
			SafeLog.warn(logger, "Deadlock: " + text(deadlock) + ". " + REMEDY
					+ ((this.policy == DeadlockPolicy.BREAK) ? "." : ", or set 'locks.deadlock.policy' to 'break'."),
					null);
		}
		else {
			SafeLog.warn(logger, "Long wait (more than 'locks.deadlock.threshold' = " + Failures.text(this.threshold)
					+ "): " + text(deadlock), null);
		}
		this.listeners.onDeadlock(deadlock);
	}

	private static Deadlock describe(Kind kind, Instant detectedAt, List<LockClaim> members,
			Map<LockOwner, List<String>> held) {
		return new Deadlock(kind, detectedAt, members.stream().map((claim) -> participant(claim, held)).toList());
	}

	private static Participant participant(LockClaim claim, Map<LockOwner, List<String>> held) {
		TreeSet<String> holds = new TreeSet<>();
		for (@Nullable
		LockOwner member = claim.owner(); member != null; member = member.isNested() ? member.parent() : null) {
			holds.addAll(held.getOrDefault(member, List.of()));
		}
		if (claim.isGranted()) {
			// It asks the backend: what it was granted is only the right to ask.
			holds.remove(claim.resource());
		}
		return new Participant(claim.owner().name(), List.copyOf(holds), claim.resource(),
				StatusReader.millis(System.nanoTime() - claim.requestedNanos()), claim.method(), ProcessId.current());
	}

	private static String text(Deadlock deadlock) {
		int more = deadlock.participants().size() - NAMED_PARTICIPANTS;
		boolean far = deadlock.participants().stream().map(Participant::process).distinct().count() > 1;
		return deadlock.participants()
			.stream()
			.limit(NAMED_PARTICIPANTS)
			.map((participant) -> text(participant)
					+ (far ? " (process " + LockNames.escape(participant.process()) + ")" : ""))
			.collect(Collectors.joining("; ")) + ((more > 0) ? "; and " + more + " more" : "");
	}

	private static String text(Participant participant) {
		String holds = participant.holds()
			.stream()
			.limit(NAMED_PARTICIPANTS)
			.map(LockNames::quote)
			.collect(Collectors.joining(", ", "[", "]"));
		return "'" + LockNames.escape(participant.owner()) + "'"
				+ ((participant.method() != null) ? " in " + LockNames.escape(participant.method()) : "") + " holds "
				+ holds + " and has waited for " + LockNames.quote(participant.waitsFor()) + " for "
				+ Math.round(participant.waitedMs()) + " ms";
	}

}
