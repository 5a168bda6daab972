package io.github.locks.support;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.Deadlock;
import io.github.locks.Deadlock.Kind;
import io.github.locks.Deadlock.Participant;
import io.github.locks.DeadlockException;
import io.github.locks.LockNames;
import io.github.locks.deadlock.WaitForGraph;
import io.github.locks.spi.LockClaim;
import io.github.locks.spi.ProcessId;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Searches for deadlocks when a request begins to wait, and every check interval as long
 * as somebody waits; reports each once in the log; breaks cycles if that is the policy.
 */
final class DeadlockMonitor {

	private static final Log logger = LogFactory.getLog(DeadlockMonitor.class);

	private final WaitForGraph graph;

	private final Workers workers;

	private final long intervalNanos;

	private final Duration threshold;

	private final DeadlockPolicy policy;

	/** What was seen already, and when first; the members tell deadlocks apart. */
	@GuardedBy("this")
	private Map<Set<LockClaim>, Instant> known = new HashMap<>();

	private final AtomicBoolean scheduled = new AtomicBoolean();

	DeadlockMonitor(WaitForGraph graph, Workers workers, LockSettings settings) {
		this.graph = graph;
		this.workers = workers;
		this.intervalNanos = LockSettings.nanos(settings.deadlockCheckInterval());
		this.threshold = settings.deadlockThreshold();
		this.policy = settings.deadlockPolicy();
	}

	/** Checks a request that began to wait just now. */
	void queued(LockClaim claim) {
		List<LockClaim> cycle = this.graph.cycleThrough(claim);
		if (!cycle.isEmpty()) {
			Deadlock deadlock;
			synchronized (this) {
				deadlock = remember(this.known, Kind.CYCLE, cycle);
			}
			breakUp(deadlock, claim);
		}
		if (this.scheduled.compareAndSet(false, true)) {
			scheduleCheck();
		}
	}

	/** All deadlocks that exist now. */
	List<Deadlock> detect() {
		return update(this.graph.cycles());
	}

	private List<Deadlock> update(List<List<LockClaim>> cycles) {
		List<LockClaim> longWaits = longWaits(cycles);
		List<Deadlock> deadlocks = new ArrayList<>();
		Map<Set<LockClaim>, Instant> current = new HashMap<>();
		synchronized (this) {
			for (List<LockClaim> cycle : cycles) {
				deadlocks.add(remember(current, Kind.CYCLE, cycle));
			}
			for (LockClaim claim : longWaits) {
				deadlocks.add(remember(current, Kind.LONG_WAIT, List.of(claim)));
			}
			this.known = current;
		}
		return deadlocks;
	}

	private List<LockClaim> longWaits(List<List<LockClaim>> cycles) {
		long now = System.nanoTime();
		long thresholdNanos = LockSettings.nanos(this.threshold);
		Set<LockClaim> inCycle = new HashSet<>();
		cycles.forEach(inCycle::addAll);
		return this.graph.queued()
			.stream()
			.filter((claim) -> now - claim.requestedNanos() >= thresholdNanos && !inCycle.contains(claim))
			.sorted(Comparator.comparingLong((claim) -> claim.requestedNanos() - now))
			.toList();
	}

	private void scheduleCheck() {
		this.workers.schedule(() -> this.workers.execute(this::check), this.intervalNanos);
	}

	private void check() {
		List<List<LockClaim>> cycles = this.graph.cycles();
		List<Deadlock> deadlocks = update(cycles);
		for (int i = 0; i < cycles.size(); i++) {
			breakUp(deadlocks.get(i), youngest(cycles.get(i)));
		}
		if (!this.graph.queued().isEmpty()) {
			scheduleCheck();
			return;
		}
		this.scheduled.set(false);
		// Somebody may have begun to wait since, and relied on the flag.
		if (!this.graph.queued().isEmpty() && this.scheduled.compareAndSet(false, true)) {
			scheduleCheck();
		}
	}

	private static LockClaim youngest(List<LockClaim> cycle) {
		LockClaim youngest = cycle.get(0);
		for (LockClaim claim : cycle) {
			if (claim.requestedNanos() - youngest.requestedNanos() > 0) {
				youngest = claim;
			}
		}
		return youngest;
	}

	private void breakUp(Deadlock deadlock, LockClaim claim) {
		if (this.policy == DeadlockPolicy.BREAK) {
			claim.fail(new DeadlockException("The " + claim.type().key() + " lock on "
					+ LockNames.quote(claim.resource()) + " was refused to break a deadlock: " + text(deadlock)
					+ ". Give back the locks you hold, then try again; to prevent it, take locks in the same order"
					+ " everywhere.", claim.resource(), claim.type(), deadlock));
		}
	}

	@GuardedBy("this")
	private Deadlock remember(Map<Set<LockClaim>, Instant> target, Kind kind, List<LockClaim> members) {
		Set<LockClaim> key = Set.copyOf(members);
		Instant first = this.known.get(key);
		Deadlock deadlock = describe(kind, (first != null) ? first : Instant.now(), members);
		target.put(key, deadlock.detectedAt());
		if (first == null) {
			report(deadlock);
		}
		return deadlock;
	}

	private void report(Deadlock deadlock) {
		if (deadlock.kind() == Kind.CYCLE) {
			logger.warn("Deadlock: " + text(deadlock));
		}
		else {
			logger.warn("Long wait (more than 'locks.deadlock.threshold' = " + Failures.text(this.threshold) + "): "
					+ text(deadlock));
		}
	}

	private Deadlock describe(Kind kind, Instant detectedAt, List<LockClaim> members) {
		return new Deadlock(kind, detectedAt, members.stream().map(this::participant).toList());
	}

	private Participant participant(LockClaim claim) {
		List<String> holds = this.graph.claimsOf(claim.owner())
			.stream()
			.filter(LockClaim::isGranted)
			.map(LockClaim::resource)
			.distinct()
			.sorted()
			.toList();
		return new Participant(claim.owner().name(), holds, claim.resource(),
				StatusReader.millis(System.nanoTime() - claim.requestedNanos()), claim.method(), ProcessId.current());
	}

	private static String text(Deadlock deadlock) {
		return deadlock.participants()
			.stream()
			.map((participant) -> "'" + LockNames.escape(participant.owner()) + "'"
					+ ((participant.method() != null) ? " in " + LockNames.escape(participant.method()) : "")
					+ " holds "
					+ participant.holds().stream().map(LockNames::quote).collect(Collectors.joining(", ", "[", "]"))
					+ " and waits for " + LockNames.quote(participant.waitsFor()) + " since "
					+ Math.round(participant.waitedMs()) + " ms")
			.collect(Collectors.joining("; "));
	}

}
