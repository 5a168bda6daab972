package io.github.locks.deadlock;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.locks.spi.ProcessPicture;
import io.github.locks.spi.ProcessPicture.Hold;
import io.github.locks.spi.ProcessPicture.Wait;

/**
 * Who waits for whom, over the pictures of several processes. From one process to another
 * leads who asks the backend, to those who hold there what it wants; inside of a process
 * the picture says who waits for whom. Immutable.
 */
public final class ProcessGraph {

	private final List<ProcessPicture> pictures;

	/** The waits of each picture by the owners that they stop. */
	private final Map<String, Map<Long, List<Wait>>> waits = new HashMap<>();

	/**
	 * Creates a graph.
	 * @param pictures the pictures of all processes
	 */
	public ProcessGraph(Collection<ProcessPicture> pictures) {
		this.pictures = List.copyOf(pictures);
		for (ProcessPicture picture : this.pictures) {
			Map<Long, List<Wait>> byOwner = this.waits.computeIfAbsent(picture.id(), (key) -> new HashMap<>());
			picture.waits()
				.forEach((wait) -> wait.ownerIds()
					.forEach((owner) -> byOwner.computeIfAbsent(owner, (key) -> new ArrayList<>(1)).add(wait)));
		}
	}

	/**
	 * Searches for cycles through several processes.
	 * @param picture one of the pictures
	 * @return the cycles that this process takes part in, at most one through each of
	 * those that ask the backend; each member waits for the next, the last for the first
	 */
	public List<List<Member>> cyclesThrough(ProcessPicture picture) {
		List<List<Member>> cycles = new ArrayList<>();
		Set<Member> found = new HashSet<>();
		for (Wait wait : picture.waits()) {
			Member start = new Member(picture, wait);
			if (wait.asks() && !found.contains(start)) {
				List<Member> cycle = cycleThrough(start);
				found.addAll(cycle);
				if (!cycle.isEmpty()) {
					cycles.add(cycle);
				}
			}
		}
		return cycles;
	}

	/**
	 * The shortest way back to where it starts, breadth first; empty if there is none.
	 */
	private List<Member> cycleThrough(Member start) {
		Map<Member, Member> reachedFrom = new HashMap<>();
		Deque<Member> open = new ArrayDeque<>(List.of(start));
		while (!open.isEmpty()) {
			Member member = open.remove();
			for (Member next : nextOf(member)) {
				if (next.equals(start)) {
					return path(start, member, reachedFrom);
				}
				if (reachedFrom.putIfAbsent(next, member) == null) {
					open.add(next);
				}
			}
		}
		return List.of();
	}

	private static List<Member> path(Member start, Member end, Map<Member, Member> reachedFrom) {
		List<Member> path = new ArrayList<>(List.of(end));
		for (Member member = end; !member.equals(start);) {
			member = reachedFrom.getOrDefault(member, start);
			path.add(0, member);
		}
		return path;
	}

	private List<Member> nextOf(Member member) {
		List<Member> next = new ArrayList<>();
		member.waiting().blockerIds().forEach((owner) -> addWaitsOf(member.picture(), owner, next));
		if (member.waiting().asks()) {
			for (ProcessPicture other : this.pictures) {
				if (!other.id().equals(member.picture().id())) {
					addHoldersAgainst(member.waiting(), other, next);
				}
			}
		}
		return next;
	}

	private void addHoldersAgainst(Wait wait, ProcessPicture other, List<Member> next) {
		for (Hold hold : other.holds()) {
			if (hold.excludes(wait.resource(), wait.type())) {
				addWaitsOf(other, hold.ownerId(), next);
			}
		}
	}

	private void addWaitsOf(ProcessPicture picture, long owner, List<Member> next) {
		this.waits.getOrDefault(picture.id(), Map.of())
			.getOrDefault(owner, List.of())
			.forEach((wait) -> next.add(new Member(picture, wait)));
	}

	/**
	 * One who waits.
	 *
	 * @param picture the picture of its process
	 * @param waiting what it waits for
	 */
	public record Member(ProcessPicture picture, Wait waiting) {

		/**
		 * Returns what tells the wait from all others, in later pictures too.
		 * @return a key
		 */
		public String key() {
			return this.picture.id() + ":" + this.waiting.id();
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Member that && key().equals(that.key());
		}

		@Override
		public int hashCode() {
			return Long.hashCode(this.waiting.id());
		}

	}

}
