package io.github.locks.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.locks.jdbc.Request.Kind;
import io.github.locks.lease.LeaseStore;
import io.github.locks.lease.LeaseStore.Grant;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one lock, read while nobody else can change it, and what becomes
 * of it. Times are microseconds of the database. For one thread.
 */
final class LockState {

	/**
	 * No tokens are set aside as long as they are ahead of the clock by more than this:
	 * who forgot all tokens begins with the clock.
	 */
	static final long AHEAD_MICROS = 1000;

	private final long now;

	private final int tokens;

	private final Map<String, Request> requests = new LinkedHashMap<>();

	private final List<Request> granted = new ArrayList<>();

	private long lastToken;

	/** Whether a writer let its lease run out, and nobody was told yet. */
	private boolean crashed;

	/**
	 * Creates it.
	 * @param tokens how many tokens to set aside with a grant, at most
	 */
	LockState(long now, int tokens, long lastToken, boolean crashed, List<Request> requests) {
		this.now = now;
		this.tokens = tokens;
		this.lastToken = lastToken;
		this.crashed = crashed;
		requests.forEach((request) -> this.requests.put(request.id(), request));
	}

	long lastToken() {
		return this.lastToken;
	}

	boolean isCrashed() {
		return this.crashed;
	}

	Map<String, Request> requests() {
		return this.requests;
	}

	/** Those who were given the lock from the queue, and are to be told. */
	List<Request> granted() {
		return this.granted;
	}

	void forgetExpired() {
		List<Request> expired = this.requests.values()
			.stream()
			.filter((request) -> request.endsAt() <= this.now)
			.toList();
		expired.forEach((request) -> forget(request, false));
	}

	/**
	 * Who has not come for the lock cannot have left anything half done, but may have
	 * been told of somebody who has.
	 */
	private void forget(Request request, boolean givenBack) {
		this.requests.remove(request.id());
		if (request.is(Kind.HOLDER) && request.isWriter() && (request.pending() ? request.told() : !givenBack)) {
			this.crashed = true;
		}
	}

	Optional<Grant> acquire(String id, Duration lease, Duration patience, String channel, String shown) {
		Request known = this.requests.get(id);
		if (known != null && known.is(Kind.WITHDRAWN)) {
			return Optional.empty();
		}
		if (known != null && known.is(Kind.HOLDER)) {
			// It was handed over, or the answer was lost.
			this.requests.put(id, known.until(after(lease)));
			return granted(id);
		}
		if (isInTurn(id) && isFreeFor(id)) {
			grant(id, after(lease), false, shown);
			return granted(id);
		}
		if (!patience.isZero()) {
			stay(id, known, patience, channel, shown);
		}
		return Optional.empty();
	}

	private boolean isInTurn(String id) {
		return first().map((ahead) -> ahead.id().equals(id) || !(ahead.isWriter() || Request.isWriter(id)))
			.orElse(true);
	}

	/**
	 * A place that is still believed in for a while is left as it is: that costs less.
	 */
	private void stay(String id, @Nullable Request known, Duration patience, String channel, String shown) {
		if (known == null || known.endsAt() - this.now < micros(patience) / 2) {
			long place = (known != null) ? known.place() : lastPlace() + 1;
			this.requests.put(id, Request.waiter(id, place, after(patience), channel, shown));
		}
	}

	private long lastPlace() {
		return waiters().mapToLong(Request::place).max().orElse(0);
	}

	/** Prolongs a lease. */
	boolean renew(String id, Duration lease) {
		Request known = this.requests.get(id);
		if (known == null || !known.is(Kind.HOLDER)) {
			return false;
		}
		this.requests.put(id, known.until(after(lease)));
		return true;
	}

	/** Takes a request out, and gives the lock to those who are next. */
	void release(String id, Duration late) {
		Request known = this.requests.get(id);
		if (known != null) {
			forget(known, true);
		}
		if (!late.isZero()) {
			this.requests.put(id, Request.withdrawn(id, after(late)));
		}
		grantNext();
	}

	Optional<Grant> downgrade(String id, String reader, String shown) {
		if (this.requests.containsKey(reader)) {
			// The answer was lost.
			return granted(reader);
		}
		Request writer = this.requests.get(id);
		if (writer == null || !writer.is(Kind.HOLDER)) {
			return Optional.empty();
		}
		this.requests.remove(id);
		grant(reader, writer.endsAt(), false, shown);
		grantNext();
		return granted(reader);
	}

	private void grantNext() {
		Optional<Request> next = first();
		while (next.isPresent() && isFreeFor(next.get().id())) {
			Request waiter = next.get();
			grant(waiter.id(), after(LeaseStore.CONFIRM), true, waiter.shown());
			this.granted.add(waiter);
			next = first();
		}
	}

	private void grant(String id, long endsAt, boolean pending, String shown) {
		long token = Math.max(this.lastToken + 1, this.now);
		this.lastToken = token + ((token - this.now <= AHEAD_MICROS) ? this.tokens : 1) - 1;
		boolean told = Request.isWriter(id) && this.crashed;
		this.crashed &= !told;
		this.requests.put(id, Request.holder(id, endsAt, token, told, pending, shown));
	}

	private Optional<Grant> granted(String id) {
		Request holder = this.requests.get(id);
		if (holder == null) {
			return Optional.empty();
		}
		// Nobody is given a token as long as a writer excludes all.
		int own = holder.isWriter() ? (int) (this.lastToken - holder.token() + 1) : 1;
		return Optional.of(new Grant(holder.token(), own, holder.told(), isContended()));
	}

	private boolean isFreeFor(String id) {
		return this.requests.values()
			.stream()
			.filter((request) -> request.is(Kind.HOLDER))
			.noneMatch((holder) -> holder.isWriter() || Request.isWriter(id));
	}

	boolean isContended() {
		return first().isPresent();
	}

	private Optional<Request> first() {
		return waiters().min(Comparator.comparingLong(Request::place));
	}

	private Stream<Request> waiters() {
		return this.requests.values().stream().filter((request) -> request.is(Kind.WAITER));
	}

	private long after(Duration duration) {
		return this.now + micros(duration);
	}

	private static long micros(Duration duration) {
		return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
	}

}
