package io.github.locks.local;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

import io.github.locks.LockOwner;
import io.github.locks.LockType;

/**
 * The steps, taken with a {@link FairLock}.
 */
public final class LockSteps implements Steps {

	private static final int PLACES = 8;

	private static final LockOwner[] OWNERS = IntStream.range(0, PLACES)
		.mapToObj((number) -> LockOwner.create("owner " + number))
		.toArray(LockOwner[]::new);

	private final FairLock lock;

	private final AtomicReferenceArray<Request> places = new AtomicReferenceArray<>(PLACES);

	private final AtomicIntegerArray told = new AtomicIntegerArray(PLACES);

	LockSteps() {
		this(0);
	}

	LockSteps(int overtakingNanos) {
		this.lock = new FairLock("a", 0, overtakingNanos);
	}

	/** Lets readers meet until they get slots. */
	void offerSlots() {
		Acquisition[] readers = new Acquisition[17];
		for (int i = 0; i < readers.length; i++) {
			readers[i] = this.lock.prepare(LockType.READ, LockOwner.create("r"), null, null);
			this.lock.acquire(readers[i], false);
		}
		for (Acquisition reader : readers) {
			this.lock.release(reader);
		}
		require(this.lock.isShared(), "slots");
	}

	FairLock lock() {
		return this.lock;
	}

	Request at(int place) {
		return this.places.get(place);
	}

	@Override
	public Outcome ask(int place, int owner, boolean writes, boolean mayQueue) {
		return ask(place, prepare(place, owner, writes), mayQueue);
	}

	/** A thread waits: nobody is told. */
	Outcome askForThread(int place, int owner, boolean writes) {
		return ask(place, new Request(this.lock, writes ? LockType.WRITE : LockType.READ, OWNERS[owner]), true);
	}

	private Request prepare(int place, int owner, boolean writes) {
		this.told.set(place, 0);
		return new Request(this.lock, writes ? LockType.WRITE : LockType.READ, OWNERS[owner],
				(settled) -> this.told.incrementAndGet(place));
	}

	private Outcome ask(int place, Request request, boolean mayQueue) {
		this.places.set(place, request);
		return request.acquire(mayQueue);
	}

	@Override
	public boolean isOpen(int place) {
		Request request = this.places.get(place);
		return request != null && (request.isQueued() || request.isGranted());
	}

	@Override
	public boolean giveUp(int place) {
		Request request = this.places.get(place);
		return request != null && this.lock.giveUp(request.acquisition());
	}

	@Override
	public boolean release(int place) {
		Request request = this.places.get(place);
		return request != null && request.release();
	}

	@Override
	public boolean retire() {
		return this.lock.retire();
	}

	@Override
	public String snapshot() {
		Snapshot snapshot = this.lock.snapshot();
		return snapshot.granted().stream().map(LockSteps::numberOf).sorted().toList() + " "
				+ snapshot.queued().stream().map(LockSteps::numberOf).toList();
	}

	private static int numberOf(Acquisition acquisition) {
		for (int number = 0; number < PLACES; number++) {
			if (acquisition.owner().equals(OWNERS[number])) {
				return number;
			}
		}
		throw new IllegalStateException("Nobody asked for " + acquisition);
	}

	@Override
	public int queueLength() {
		return this.lock.queueLength();
	}

	@Override
	public void validate() {
		Snapshot snapshot = this.lock.snapshot();
		for (Acquisition waiting : snapshot.queued()) {
			require(!waiting.blockers().isEmpty(), "waits for nothing");
		}
		require(this.lock.isFree() == (snapshot.granted().isEmpty() && snapshot.queued().isEmpty()), "free or not");
		require((this.lock.queueLength() > 0) != snapshot.queued().isEmpty(), "queue or not");
		for (int place = 0; place < PLACES; place++) {
			Request request = this.places.get(place);
			if (request != null && !request.acquisition().isAwaited()) {
				Acquisition acquisition = request.acquisition();
				boolean granted = acquisition.hasWaited() && acquisition.isGranted();
				int times = this.told.get(place);
				require(granted ? times == 1 : times <= (acquisition.isQueued() ? 0 : 1), "told once");
			}
		}
	}

	private static void require(boolean condition, String what) {
		if (!condition) {
			throw new IllegalStateException(what);
		}
	}

}
