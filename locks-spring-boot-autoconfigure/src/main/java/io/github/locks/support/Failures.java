package io.github.locks.support;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.locks.LockHolder;
import io.github.locks.LockInterruptedException;
import io.github.locks.LockNames;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockUpgradeException;
import io.github.locks.ResourceStatus;
import io.github.locks.local.Acquisition;

/**
 * Writes the failures of requests: what, who, since when, and what to do.
 */
final class Failures {

	private static final int NAMED_HOLDERS = 5;

	private static final String CLOSE_WHAT_IS_LOST = "End the work when its lock is lost ('onLost'), or give it a longer"
			+ " lease.";

	private static final String LEASE_IS = "its lease of ";

	private static final String GIVE_A_LONGER_LEASE = ". Give work that needs longer a longer 'lease', or end it with the"
			+ " lease.";

	private final LockSettings settings;

	private final StatusReader status;

	Failures(LockSettings settings, StatusReader status) {
		this.settings = settings;
		this.status = status;
	}

	LockTimeoutException timeout(LockAttempt attempt, int position) {
		return timeout(attempt, position, Optional.empty());
	}

	/**
	 * Explains a timeout.
	 * @param deadlock the deadlock that the request was part of when it left the queue
	 */
	LockTimeoutException timeout(LockAttempt attempt, int position, Optional<String> deadlock) {
		LockRequest request = attempt.request();
		Duration timeout = this.settings.timeoutOf(request);
		List<LockHolder> holders = this.status.holders(attempt.resource(), request.type());
		List<DefaultLockHandle> losers = this.status.losers(attempt.resource(), request.type());
		String within = isNone(timeout) ? " at once, without waiting: " : " within " + text(timeout) + ": ";
		String message = "Could not get the " + request + within
				+ (losers.isEmpty() ? heldByAny(holders) : keptByAny(losers)) + ", " + waitersAhead(position - 1) + ". "
				+ (losers.isEmpty() ? remedy(attempt, timeout, deadlock) : CLOSE_WHAT_IS_LOST);
		return new LockTimeoutException(message, request.resource(), request.type(), timeout, holders, position);
	}

	private String remedy(LockAttempt attempt, Duration timeout, Optional<String> deadlock) {
		return deadlock
			.map((text) -> "The wait was part of a deadlock: " + text
					+ ". Take locks in the same order everywhere, or set 'locks.deadlock.policy' to 'break'.")
			.orElseGet(() -> (isNone(timeout) ? "To wait for it, set " : "If the holders need that long, raise ")
					+ LockNames.escape(this.settings.timeoutSource(attempt.request()))
					+ (isNone(timeout) ? " to more than zero." : "."));
	}

	private static boolean isNone(Duration timeout) {
		return timeout.isZero() || timeout.isNegative();
	}

	LockUpgradeException upgrade(LockAttempt attempt) {
		LockRequest request = attempt.request();
		Acquisition acquisition = attempt.acquisition();
		String readers = attempt.queue()
			.snapshot()
			.granted()
			.stream()
			.filter((holder) -> holder.owner().equals(acquisition.owner()))
			.map((holder) -> String.valueOf(holder.method()))
			.filter((method) -> !method.equals("null"))
			.distinct()
			.limit(NAMED_HOLDERS)
			.collect(Collectors.joining(", "));
		String message = "The " + request + " was refused" + in(request) + ": '"
				+ LockNames.escape(acquisition.owner().name()) + "' already reads the resource"
				+ (readers.isEmpty() ? "" : " in " + LockNames.escape(readers))
				+ ", and a reader that waits to write waits for ever. Take the write lock first, or give the read lock"
				+ " back before.";
		return new LockUpgradeException(message, request.resource(), request.type(), null);
	}

	LockInterruptedException interrupted(LockRequest request) {
		return new LockInterruptedException(
				"The thread " + LockNames.quote(Thread.currentThread().getName())
						+ " was interrupted while it asked for the " + request + in(request) + ".",
				request.resource(), request.type(), null);
	}

	/** What a holder has lost. */
	static String lost(DefaultLockHandle handle, String reason) {
		return "Lost the " + handle.request() + in(handle.request()) + ", held by "
				+ LockNames.quote(handle.owner().name()) + " for " + TimeUnit.NANOSECONDS.toMillis(handle.heldNanos())
				+ " ms, whose work is not protected any more: " + reason
				+ (reason.startsWith(LEASE_IS) ? GIVE_A_LONGER_LEASE : "");
	}

	static String leaseOver(Duration lease) {
		return LEASE_IS + text(lease) + " is over";
	}

	private static String in(LockRequest request) {
		return (request.method() != null) ? " in " + LockNames.escape(request.method()) : "";
	}

	/** Who holds what, of the first few resources. */
	static String heldBy(List<ResourceStatus> status) {
		String named = status.stream()
			.limit(NAMED_HOLDERS)
			.map((resource) -> LockNames.quote(resource.resourceName()) + " "
					+ heldByAny(resource.locks().values().stream().flatMap((lock) -> lock.holders().stream()).toList()))
			.collect(Collectors.joining("; "));
		int more = status.size() - NAMED_HOLDERS;
		return named + ((more > 0) ? "; and " + more + " more resources" : "");
	}

	private static String heldByAny(List<LockHolder> holders) {
		if (holders.isEmpty()) {
			return "its holder is not known (it was given back just now, or is in another process)";
		}
		String named = holders.stream().limit(NAMED_HOLDERS).map(Failures::text).collect(Collectors.joining("; "));
		int more = holders.size() - NAMED_HOLDERS;
		return "held by " + named + ((more > 0) ? "; and " + more + " more" : "");
	}

	/** The work of a loser may still run, so it keeps the others of its process out. */
	private static String keptByAny(List<DefaultLockHandle> losers) {
		String named = losers.stream()
			.limit(NAMED_HOLDERS)
			.map((handle) -> text(StatusReader.holder(handle)) + " has lost it (" + handle.lossReason()
					+ ") but not closed its handle yet")
			.collect(Collectors.joining("; "));
		int more = losers.size() - NAMED_HOLDERS;
		return named + ((more > 0) ? "; and " + more + " more" : "");
	}

	private static String text(LockHolder holder) {
		String method = (holder.method() != null) ? LockNames.escape(holder.method()) + ", " : "";
		return "'" + LockNames.escape(holder.owner()) + "' (" + method + "process " + LockNames.escape(holder.process())
				+ ", since " + holder.since() + ", for " + Math.round(holder.heldMs()) + " ms)";
	}

	private static String waitersAhead(int ahead) {
		if (ahead <= 0) {
			return "nobody waits ahead";
		}
		return ahead + ((ahead == 1) ? " waits ahead" : " wait ahead");
	}

	/** A duration as people write it: 5s, 250ms, PT1H30M. */
	static String text(Duration duration) {
		long seconds = duration.getSeconds();
		if (duration.getNano() == 0 && seconds < 3600) {
			return seconds + "s";
		}
		long millis = duration.toMillis();
		return (seconds == 0 && millis > 0 && millis * 1_000_000 == duration.getNano()) ? millis + "ms"
				: duration.toString();
	}

}
