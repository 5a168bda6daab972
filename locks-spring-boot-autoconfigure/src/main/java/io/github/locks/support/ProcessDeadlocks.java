package io.github.locks.support;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.Deadlock;
import io.github.locks.Deadlock.Participant;
import io.github.locks.deadlock.ProcessGraph;
import io.github.locks.deadlock.ProcessGraph.Member;
import io.github.locks.spi.LockClaim;
import io.github.locks.spi.ProcessPicture;
import org.jspecify.annotations.Nullable;

/**
 * Searches for deadlocks through several processes, in the pictures that they show. A
 * cycle counts if it was seen, and is still the same when each of its processes has made
 * two more pictures: the second of them was begun after the first look, and each wait and
 * hold is one that ended never comes back; so all were there at the time of the first
 * look. A process that was killed or stands still makes no more pictures. Each process of
 * a cycle finds it for itself, and all agree on the victim.
 */
final class ProcessDeadlocks {

	private static final int PICTURES_AFTER = 2;

	private final Pictures pictures;

	@GuardedBy("this")
	private final Map<Set<String>, Sighting> sightings = new HashMap<>();

	ProcessDeadlocks(Pictures pictures) {
		this.pictures = pictures;
	}

	/** Nobody waits for another process any more. */
	synchronized void clear() {
		this.sightings.clear();
	}

	/**
	 * Looks once, and shows the others what there is to see here. For a process that
	 * keeps nothing from others there is nothing to find: nobody waits for it.
	 * @param whenNew told of each deadlock that is known from now on, without the mutex
	 */
	void search(Consumer<Found> whenNew) {
		if (!this.pictures.isHolder()) {
			clear();
			return;
		}
		ProcessPicture own = this.pictures.publish();
		List<ProcessPicture> all = new ArrayList<>(this.pictures.others());
		all.add(own);
		List<Found> found = update(own, new ProcessGraph(all).cyclesThrough(own));
		found.forEach(whenNew);
	}

	private synchronized List<Found> update(ProcessPicture own, List<List<Member>> cycles) {
		List<Found> found = new ArrayList<>();
		Set<Set<String>> current = new HashSet<>();
		for (List<Member> cycle : cycles) {
			Set<String> key = cycle.stream().map(Member::key).collect(Collectors.toSet());
			current.add(key);
			Sighting first = this.sightings.computeIfAbsent(key, (none) -> Sighting.of(cycle, claims(own, cycle)));
			if (first.deadlock() == null && first.isConfirmedBy(cycle)) {
				Deadlock deadlock = new Deadlock(Deadlock.Kind.CYCLE, Instant.now(), participants(cycle));
				this.sightings.put(key, new Sighting(first.numbers(), first.claims(), deadlock));
				found.add(new Found(deadlock, victim(cycle).filter((member) -> member.picture().id().equals(own.id()))
					.map((member) -> this.pictures.claim(member.waiting().id()))));
			}
		}
		this.sightings.keySet().retainAll(current);
		return found;
	}

	/** Those of a cycle who wait in this process. */
	private List<LockClaim> claims(ProcessPicture own, List<Member> cycle) {
		return cycle.stream()
			.filter((member) -> member.picture().id().equals(own.id()))
			.map((member) -> this.pictures.claim(member.waiting().id()))
			.flatMap(Stream::ofNullable)
			.toList();
	}

	/** The same, whoever looks. */
	private static Optional<Member> victim(List<Member> cycle) {
		return cycle.stream()
			.max(Comparator.comparing((Member member) -> member.waiting().since()).thenComparing(Member::key));
	}

	/** Whether there is a cycle that may be a deadlock. */
	synchronized boolean isSuspicious() {
		return this.sightings.values().stream().anyMatch((sighting) -> sighting.deadlock() == null);
	}

	/**
	 * All that are known now.
	 * @param isWaiting whether somebody of this process still waits
	 */
	synchronized List<Deadlock> known(Predicate<LockClaim> isWaiting) {
		return this.sightings.values()
			.stream()
			.filter((sighting) -> sighting.claims().stream().allMatch(isWaiting))
			.map(Sighting::deadlock)
			.flatMap(Stream::ofNullable)
			.toList();
	}

	/** One that a wait of this process is part of. */
	synchronized Optional<Deadlock> of(LockClaim claim) {
		for (Map.Entry<Set<String>, Sighting> entry : this.sightings.entrySet()) {
			Deadlock deadlock = entry.getValue().deadlock();
			if (deadlock != null && entry.getKey().contains(this.pictures.keyOf(claim))) {
				return Optional.of(deadlock);
			}
		}
		return Optional.empty();
	}

	private static List<Participant> participants(List<Member> cycle) {
		Instant now = Instant.now();
		return cycle.stream().map((member) -> {
			ProcessPicture.Wait wait = member.waiting();
			double waited = Math.max(0, Duration.between(wait.since(), now).toMillis());
			return new Participant(wait.owner(), wait.holds(), wait.resource(), waited, wait.method(),
					member.picture().process());
		}).toList();
	}

	/**
	 * A deadlock that is new.
	 *
	 * @param deadlock the deadlock
	 * @param victim who is to fail, if it is in this process and still waits
	 */
	record Found(Deadlock deadlock, Optional<LockClaim> victim) {
	}

	/**
	 * A cycle that was seen.
	 *
	 * @param numbers those of the pictures in which it was seen first, by their makers
	 * @param claims who of it waits in this process
	 * @param deadlock what it is, once that is certain
	 */
	private record Sighting(Map<String, Long> numbers, List<LockClaim> claims, @Nullable Deadlock deadlock) {

		static Sighting of(List<Member> cycle, List<LockClaim> claims) {
			Map<String, Long> numbers = new HashMap<>();
			cycle.forEach((member) -> numbers.put(member.picture().id(), member.picture().number()));
			return new Sighting(numbers, claims, null);
		}

		boolean isConfirmedBy(List<Member> cycle) {
			return cycle.stream()
				.map(Member::picture)
				.allMatch((picture) -> picture.number() >= this.numbers.getOrDefault(picture.id(), Long.MAX_VALUE)
						+ PICTURES_AFTER);
		}

	}

}
