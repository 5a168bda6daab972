package io.github.locks.deadlock;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.locks.LockOwner;
import io.github.locks.spi.LockClaim;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom, over all locks of a manager. A queued claim waits for the claims
 * that block it; a granted claim that blocks stands for its owner, which may itself wait.
 * A cycle of queued claims is a deadlock. Only who waits is in the graph: its lock knows
 * whom it waits for, so locks that are free when they are asked for cost nothing here.
 * <p>
 * The graph is read while it changes. A cycle is reported only if each of its steps was
 * seen twice, in two passes one after the other: as a claim that ended never comes back,
 * all steps then existed at the same moment between the passes. A cycle cannot go
 * unnoticed, because its members stand still: the member that closed it finds it.
 * <p>
 * Safe for use by several threads.
 */
public final class WaitForGraph {

	/** What an owner itself waits for. */
	private final Map<LockOwner, List<LockClaim>> claims = new ConcurrentHashMap<>();

	/** What the nested owners below an owner wait for: the owner waits for them. */
	private final Map<LockOwner, List<LockClaim>> nestedClaims = new ConcurrentHashMap<>();

	/**
	 * Adds a claim that is in a queue or about to be. The search for a cycle through it
	 * comes after.
	 * @param claim the claim
	 */
	public void add(LockClaim claim) {
		add(this.claims, claim.owner(), claim);
		for (LockOwner member = awaiting(claim.owner()); member != null; member = awaiting(member)) {
			add(this.nestedClaims, member, claim);
		}
	}

	/**
	 * Removes a claim, after its wait has ended.
	 * @param claim the claim
	 */
	public void remove(LockClaim claim) {
		remove(this.claims, claim.owner(), claim);
		for (LockOwner member = awaiting(claim.owner()); member != null; member = awaiting(member)) {
			remove(this.nestedClaims, member, claim);
		}
	}

	/** Who waits for an owner because it is nested. */
	private static @Nullable LockOwner awaiting(LockOwner owner) {
		return owner.isNested() ? owner.parent() : null;
	}

	private static void add(Map<LockOwner, List<LockClaim>> map, LockOwner owner, LockClaim claim) {
		map.compute(owner, (key, list) -> {
			List<LockClaim> extended = (list != null) ? list : new ArrayList<>(1);
			extended.add(claim);
			return extended;
		});
	}

	private static void remove(Map<LockOwner, List<LockClaim>> map, LockOwner owner, LockClaim claim) {
		map.computeIfPresent(owner, (key, list) -> {
			for (int i = list.size() - 1; i >= 0; i--) {
				if (list.get(i) == claim) {
					list.remove(i);
					break;
				}
			}
			return list.isEmpty() ? null : list;
		});
	}

	private static List<LockClaim> copy(Map<LockOwner, List<LockClaim>> map, LockOwner owner) {
		List<LockClaim> copy = new ArrayList<>();
		map.computeIfPresent(owner, (key, list) -> {
			copy.addAll(list);
			return list;
		});
		return copy;
	}

	/**
	 * Returns all claims that wait.
	 * @return a copy
	 */
	public List<LockClaim> queued() {
		List<LockClaim> queued = new ArrayList<>();
		for (LockOwner owner : this.claims.keySet()) {
			for (LockClaim claim : copy(this.claims, owner)) {
				if (claim.isQueued()) {
					queued.add(claim);
				}
			}
		}
		return queued;
	}

	/**
	 * Searches for a cycle that a claim has closed by waiting.
	 * @param claim a claim that was queued just now
	 * @return the members, each waiting for the next and the last for the first,
	 * beginning with the claim; empty if there is no cycle
	 */
	public List<LockClaim> cycleThrough(LockClaim claim) {
		return new Search(claim).cycleToStart();
	}

	/**
	 * Searches for all deadlocks.
	 * @return one cycle for each group of owners that wait for each other
	 */
	public List<List<LockClaim>> cycles() {
		List<List<LockClaim>> cycles = new ArrayList<>();
		Set<LockClaim> visited = new HashSet<>();
		Set<LockClaim> reported = new HashSet<>();
		for (LockClaim claim : queued()) {
			if (visited.contains(claim)) {
				continue;
			}
			for (List<LockClaim> cycle : new Search(claim).cycles(visited)) {
				if (cycle.stream().noneMatch(reported::contains)) {
					reported.addAll(cycle);
					cycles.add(cycle);
				}
			}
		}
		return cycles;
	}

	/** The queued claims that a queued claim waits for, each with what leads to it. */
	private List<Step> stepsFrom(LockClaim claim) {
		List<Step> steps = new ArrayList<>();
		for (LockClaim blocker : claim.blockers()) {
			if (blocker.isQueued()) {
				steps.add(new Step(blocker, blocker));
			}
			else {
				List<LockClaim> others = copy(this.claims, blocker.owner());
				others.addAll(copy(this.nestedClaims, blocker.owner()));
				others.stream().filter(LockClaim::isQueued).forEach((other) -> steps.add(new Step(blocker, other)));
			}
		}
		return steps;
	}

	/**
	 * A step of a path.
	 *
	 * @param blocker what blocks the claim before
	 * @param claim the queued claim of the blocker's owner, or the blocker itself
	 */
	private record Step(LockClaim blocker, LockClaim claim) {
	}

	/**
	 * A depth-first search without recursion, as queues may be long.
	 */
	private final class Search {

		private final Deque<Frame> path = new ArrayDeque<>();

		private final Map<LockClaim, Frame> onPath = new HashMap<>();

		private final LockClaim start;

		Search(LockClaim start) {
			this.start = start;
		}

		/** The first confirmed cycle through the start. */
		List<LockClaim> cycleToStart() {
			Set<LockClaim> visited = new HashSet<>();
			enter(new Step(this.start, this.start), visited);
			while (!this.path.isEmpty()) {
				Step step = nextStep();
				if (step != null && step.claim() == this.start && isConfirmed(this.start, step)) {
					return membersFrom(this.start);
				}
				if (step != null && !visited.contains(step.claim())) {
					enter(step, visited);
				}
			}
			return List.of();
		}

		/** Confirmed cycles among all claims that are reachable and not visited yet. */
		List<List<LockClaim>> cycles(Set<LockClaim> visited) {
			List<List<LockClaim>> cycles = new ArrayList<>();
			enter(new Step(this.start, this.start), visited);
			while (!this.path.isEmpty()) {
				Step step = nextStep();
				if (step == null) {
					continue;
				}
				if (this.onPath.containsKey(step.claim())) {
					if (isConfirmed(step.claim(), step)) {
						cycles.add(membersFrom(step.claim()));
					}
				}
				else if (!visited.contains(step.claim())) {
					enter(step, visited);
				}
			}
			return cycles;
		}

		private void enter(Step step, Set<LockClaim> visited) {
			Frame frame = new Frame(step, stepsFrom(step.claim()).iterator());
			visited.add(step.claim());
			this.onPath.put(step.claim(), frame);
			this.path.addLast(frame);
		}

		/** The next step from the end of the path; shortens the path if there is none. */
		private @Nullable Step nextStep() {
			Frame last = this.path.getLast();
			if (last.steps().hasNext()) {
				return last.steps().next();
			}
			this.onPath.remove(last.step().claim());
			this.path.removeLast();
			return null;
		}

		/**
		 * The second pass: whether all steps from a claim to the end, and back, still
		 * exist.
		 */
		private boolean isConfirmed(LockClaim from, Step closing) {
			LockClaim previous = null;
			for (Frame frame : this.path) {
				if (previous == null) {
					previous = (frame.step().claim() == from) ? from : null;
				}
				else if (!stepsFrom(previous).contains(frame.step())) {
					return false;
				}
				else {
					previous = frame.step().claim();
				}
			}
			return previous != null && stepsFrom(previous).contains(closing);
		}

		private List<LockClaim> membersFrom(LockClaim from) {
			List<LockClaim> members = new ArrayList<>();
			for (Frame frame : this.path) {
				if (frame.step().claim() == from || !members.isEmpty()) {
					members.add(frame.step().claim());
				}
			}
			return withoutBystanders(members);
		}

		/**
		 * Leaves out who only stands in a queue between two members: a member that waits
		 * for what a later one holds needs nobody in between. Begins with a member that
		 * is awaited for what it holds, as that one cannot be left out.
		 */
		private List<LockClaim> withoutBystanders(List<LockClaim> members) {
			List<Set<LockOwner>> holders = members.stream().map(this::ownersInside).toList();
			int size = members.size();
			int begin = 0;
			while (begin < size - 1 && !isAwaited(members.get(begin), holders.get((begin + size - 1) % size))) {
				begin++;
			}
			List<LockClaim> shortened = new ArrayList<>();
			for (int i = 0, next; i < size; i = next) {
				shortened.add(members.get((begin + i) % size));
				Set<LockOwner> inside = holders.get((begin + i) % size);
				next = size;
				while (next > i + 1 && !isAwaited(members.get((begin + next) % size), inside)) {
					next--;
				}
			}
			return shortened;
		}

		/**
		 * Whether the owner of a claim, or who waits for that owner, is among the
		 * holders.
		 */
		private boolean isAwaited(LockClaim claim, Set<LockOwner> holders) {
			for (LockOwner member = claim.owner(); member != null; member = awaiting(member)) {
				if (holders.contains(member)) {
					return true;
				}
			}
			return false;
		}

		private Set<LockOwner> ownersInside(LockClaim claim) {
			Set<LockOwner> owners = new HashSet<>();
			claim.holders().forEach((holder) -> owners.add(holder.owner()));
			return owners;
		}

		private record Frame(Step step, Iterator<Step> steps) {
		}

	}

}
