package io.github.locks;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Owners that wait for each other, or an owner that waits suspiciously long.
 *
 * @param kind how certain it is
 * @param detectedAt when it was seen first
 * @param participants the waiting owners; in a cycle each waits for the next, the last
 * for the first
 */
public record Deadlock(Kind kind, Instant detectedAt, List<Participant> participants) {

	/**
	 * Copies the list.
	 */
	public Deadlock {
		participants = List.copyOf(participants);
	}

	/**
	 * How certain a deadlock is.
	 */
	public enum Kind {

		/** Certain: each participant waits for the next. */
		CYCLE,

		/** Suspicious: the participant waits longer than the threshold. */
		LONG_WAIT

	}

	/**
	 * An owner in a deadlock.
	 *
	 * @param owner name of the owner
	 * @param holds names of the resources it holds
	 * @param waitsFor name of the resource it waits for
	 * @param waitedMs for how long it waits, in milliseconds
	 * @param method which method asks, or {@code null} if unknown
	 * @param process process id and host, as {@code 4711@host}
	 */
	public record Participant(String owner, List<String> holds, String waitsFor, double waitedMs,
			@Nullable String method, String process) {

		/**
		 * Copies the list.
		 */
		public Participant {
			holds = List.copyOf(holds);
		}

		@Override
		public String toString() {
			return LockNames.describe(this, "owner", this.owner, "holds", this.holds, "waitsFor", this.waitsFor,
					"waitedMs", this.waitedMs, "method", this.method, "process", this.process);
		}

	}

	@Override
	public String toString() {
		return LockNames.describe(this, "kind", this.kind, "detectedAt", this.detectedAt, "participants",
				this.participants);
	}

}
