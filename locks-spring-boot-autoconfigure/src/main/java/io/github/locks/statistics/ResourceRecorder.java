package io.github.locks.statistics;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

import io.github.locks.LockOperation;
import io.github.locks.LockStatistics;
import io.github.locks.LockType;
import io.github.locks.ResourceStatistics;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.WallClock;
import org.jspecify.annotations.Nullable;

/**
 * Records what happens to the locks of one resource. What somebody had to wait for, or
 * failed, is an event; a lock that was free and is given back while nobody waits is taken
 * down by its holder in passing. Never blocks for long; safe for use by several threads.
 */
public final class ResourceRecorder {

	/** A recorder that forgets all. */
	static final ResourceRecorder DISABLED = new ResourceRecorder(0, false);

	private final boolean enabled;

	private final int historySize;

	private volatile Recording recording;

	private volatile long lastEventNanos;

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
			this.lastEventNanos = event.nanoTime();
			this.recording.record(event);
		}
	}

	/**
	 * Returns the time, or that of the last event if a coarse clock is behind it: what
	 * happens now comes after.
	 * @param nanos what the clock says
	 * @return the time to be noted
	 */
	public long notBeforeLastEvent(long nanos) {
		long last = this.lastEventNanos;
		return (last != 0 && last - nanos > 0) ? last : nanos;
	}

	/**
	 * Returns where the one who holds the whole lock takes down its hold. To be asked for
	 * before the lock is taken or given back: what is read afterwards is waited for.
	 * @return the cell, or {@code null} if nothing is recorded
	 */
	public @Nullable HoldCell cell() {
		return this.enabled ? this.recording.cell : null;
	}

	/**
	 * Returns where a reader takes down its hold.
	 * @param slot the slot that belongs to the reader
	 * @return the cell, or {@code null} if nothing is recorded
	 */
	public @Nullable HoldCell cell(int slot) {
		return this.enabled ? this.recording.slots().get(slot) : null;
	}

	/**
	 * Forgets what was recorded.
	 */
	public synchronized void reset() {
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
		return new ResourceStatistics(resource, locks, current.operations(resource, operations));
	}

	/**
	 * Adds what was recorded of all kinds of lock, without waiting for anybody: counts
	 * may be some moments old.
	 * @param sum what to add to
	 */
	public void addTo(Totals sum) {
		this.recording.addTo(sum);
	}

	/**
	 * Returns how long a request has waited in vain at least, of those that were ready to
	 * wait.
	 * @param type the kind of lock
	 * @return nanoseconds; {@link Long#MAX_VALUE} if none has
	 */
	public long shortestTimeoutNanos(LockType type) {
		return this.recording.events.get(type).shortestTimeoutNanos();
	}

	/**
	 * Lets everything go that is not needed to keep what was recorded. Nobody may hold or
	 * ask for a lock of the resource.
	 * @param resource name of the resource
	 */
	synchronized void compact(String resource) {
		this.recording = this.recording.compacted(resource);
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

		private final int historySize;

		/** What the holders of the whole lock have taken down. */
		private final HoldCell cell;

		/** What readers have taken down, each in the cell of its slot. */
		private volatile @Nullable HoldCells slots;

		private final HoldSketches sketches;

		private final LockRecorders events;

		private final History history;

		Recording(int historySize) {
			this(historySize, new HoldSketches());
		}

		private Recording(int historySize, HoldSketches sketches) {
			this(historySize, new HoldCell(holds(historySize), sketches), sketches, new LockRecorders(),
					new History(historySize));
		}

		private Recording(int historySize, HoldCell cell, HoldSketches sketches, LockRecorders events,
				History history) {
			this.historySize = historySize;
			this.sketches = sketches;
			this.cell = cell;
			this.events = events;
			this.history = history;
		}

		/** How many holds tell so many operations: two each, but for the last. */
		private static int holds(int operations) {
			return (operations > 0) ? operations / 2 + 1 : 0;
		}

		void record(LockEvent event) {
			this.events.record(event, this.sketches);
			this.history.add(event);
		}

		private HoldCells slots() {
			HoldCells known = this.slots;
			return (known != null) ? known : createSlots();
		}

		private synchronized HoldCells createSlots() {
			HoldCells known = this.slots;
			if (known == null) {
				known = new HoldCells(holds(this.historySize), this.sketches);
				this.slots = known;
			}
			return known;
		}

		private void forEachSlot(Consumer<HoldCell> action) {
			HoldCells known = this.slots;
			if (known != null) {
				known.forEach(action);
			}
		}

		LockStatistics snapshot(LockType type, int holders, int waiters) {
			return this.events.get(type).snapshot(() -> direct(type), this.sketches.get(type), holders, waiters);
		}

		void addTo(Totals sum) {
			this.events.addTo(sum);
			this.cell.addTo(sum);
			HoldCells known = this.slots;
			if (known != null) {
				known.forEach((used) -> used.addTo(sum));
			}
		}

		private HoldTally direct(LockType type) {
			HoldTally direct = new HoldTally();
			if (type != LockType.DISTRIBUTED) {
				this.cell.addTo(direct, type);
				forEachSlot((used) -> used.addTo(direct, type));
			}
			return direct;
		}

		/** The last operations, oldest first. */
		List<LockOperation> operations(String resource, int limit) {
			return events(resource, limit).stream()
				.map((event) -> new LockOperation(WallClock.at(event.nanoTime()), event.type().key(), event.operation(),
						event.owner(), event.method(), millis(event.waitNanos())))
				.toList();
		}

		private List<LockEvent> events(String resource, int limit) {
			int number = Math.min(limit, this.historySize);
			List<LockEvent> all = this.history.last(number);
			int before = all.size();
			addEvents(all, resource, this.cell, number);
			forEachSlot((used) -> addEvents(all, resource, used, number));
			if (all.size() > before) {
				long now = System.nanoTime();
				all.sort(Comparator.comparingLong((event) -> event.nanoTime() - now));
			}
			return all.subList(Math.max(0, all.size() - number), all.size());
		}

		private static void addEvents(List<LockEvent> events, String resource, HoldCell cell, int number) {
			for (HoldCell.Entry hold : cell.last(holds(number))) {
				events.add(event(resource, hold, LockOperation.Kind.ACQUIRED, hold.grantedNanos(), 0));
				long released = hold.releasedNanos();
				if (released != 0) {
					events.add(event(resource, hold, LockOperation.Kind.RELEASED, released,
							released - hold.grantedNanos()));
				}
			}
		}

		private static LockEvent event(String resource, HoldCell.Entry hold, LockOperation.Kind operation,
				long nanoTime, long holdNanos) {
			return new LockEvent(operation, resource, hold.type(), hold.ownerName(), hold.method(), null, nanoTime, 0,
					false, holdNanos);
		}

		Recording compacted(String resource) {
			History kept = History.of(this.historySize, events(resource, this.historySize));
			HoldCell sum = new HoldCell(holds(this.historySize), this.sketches);
			sum.takeOver(this.cell);
			forEachSlot(sum::takeOver);
			return new Recording(this.historySize, sum, this.sketches, this.events, kept);
		}

	}

}
