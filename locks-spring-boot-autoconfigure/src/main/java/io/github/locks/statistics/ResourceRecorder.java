package io.github.locks.statistics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToIntFunction;

import io.github.locks.LockOperation;
import io.github.locks.LockStatistics;
import io.github.locks.LockType;
import io.github.locks.ResourceStatistics;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.WallClock;

/**
 * Records what happens to the locks of one resource. Never blocks for long; safe for use
 * by several threads.
 */
public final class ResourceRecorder {

	/** A recorder that forgets all. */
	static final ResourceRecorder DISABLED = new ResourceRecorder(0, false);

	private final boolean enabled;

	private final int historySize;

	private volatile Recording recording;

	ResourceRecorder(int historySize) {
		this(historySize, true);
	}

	private ResourceRecorder(int historySize, boolean enabled) {
		this.enabled = enabled;
		this.historySize = historySize;
		this.recording = new Recording(historySize);
	}

	/**
	 * Records an event.
	 * @param event what happened
	 */
	public void record(LockEvent event) {
		if (this.enabled) {
			this.recording.record(event);
		}
	}

	/**
	 * Forgets what was recorded.
	 */
	public void reset() {
		this.recording = new Recording(this.historySize);
	}

	/**
	 * Returns what was recorded.
	 * @param resource name of the resource
	 * @param holders how many hold a kind of lock now
	 * @param waiters how many wait for a kind of lock now
	 * @param operations how many recent operations at most
	 * @return a snapshot
	 */
	public ResourceStatistics snapshot(String resource, ToIntFunction<LockType> holders,
			ToIntFunction<LockType> waiters, int operations) {
		Recording current = this.recording;
		Map<String, LockStatistics> locks = new LinkedHashMap<>();
		for (LockType type : LockType.values()) {
			locks.put(type.key(), current.snapshot(type, holders.applyAsInt(type), waiters.applyAsInt(type)));
		}
		Function<LockEvent, LockOperation> toOperation = (event) -> new LockOperation(WallClock.at(event.nanoTime()),
				event.type().key(), event.operation(), event.owner(), event.method(), millis(event.waitNanos()));
		return new ResourceStatistics(resource, locks,
				current.history.last(operations).stream().map(toOperation).toList());
	}

	boolean isEnabled() {
		return this.enabled;
	}

	static double millis(long nanos) {
		return TimeUnit.NANOSECONDS.toMicros(nanos) / 1000.0;
	}

	/**
	 * All that is known since the last reset.
	 */
	private static final class Recording {

		/** Created when the first event of a kind comes. */
		private final Map<LockType, LockRecorder> recorders = new ConcurrentHashMap<>(4);

		private final History history;

		Recording(int historySize) {
			this.history = new History(historySize);
		}

		void record(LockEvent event) {
			recorder(event.type()).record(event);
			this.history.add(event);
		}

		LockStatistics snapshot(LockType type, int holders, int waiters) {
			return this.recorders.getOrDefault(type, LockRecorder.EMPTY).snapshot(holders, waiters);
		}

		private LockRecorder recorder(LockType type) {
			LockRecorder known = this.recorders.get(type);
			return (known != null) ? known : this.recorders.computeIfAbsent(type, (key) -> new LockRecorder());
		}

	}

}
