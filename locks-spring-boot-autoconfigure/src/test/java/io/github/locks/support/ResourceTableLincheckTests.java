package io.github.locks.support;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.locks.Interleavings;
import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Outcome;
import io.github.locks.local.Request;
import io.github.locks.statistics.StatisticsArchive;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever is evicted meanwhile, there are never two locks in use for one name, and
 * tokens grow from one lock of a name to the next.
 */
@Tag("lincheck")
@Timeout(600)
class ResourceTableLincheckTests {

	@Test
	void obtainAgainstEviction() {
		Interleavings.check(Table.class, Right.class, 3, 2);
	}

	/**
	 * Two names, of which one more than there is room for.
	 */
	public static class Table {

		private static final LockOwner[] OWNERS = { LockOwner.create("0"), LockOwner.create("1"),
				LockOwner.create("2") };

		private final ResourceTable table = new ResourceTable(new StatisticsArchive(true, 0, 1), 1, Fairness.STRICT);

		private final AtomicInteger writers = new AtomicInteger();

		private final AtomicInteger askers = new AtomicInteger();

		/** Guarded by the lock on the first name. */
		private long lastToken;

		private ManagedResource known = this.table.get("a");

		@Operation(runOnce = true)
		public boolean write() {
			return write(this.known, OWNERS[0]);
		}

		@Operation(runOnce = true)
		public boolean lookUpAndWrite() {
			return write(this.table.get("a"), OWNERS[1]);
		}

		@Operation(runOnce = true)
		public boolean ask() {
			return ask(this.known, OWNERS[0]);
		}

		@Operation(runOnce = true)
		public boolean lookUpAndAsk() {
			return ask(this.table.get("a"), OWNERS[1]);
		}

		@Operation(runOnce = true)
		public boolean evict() {
			this.table.evictIdle(-TimeUnit.HOURS.toNanos(1));
			return true;
		}

		@Operation(runOnce = true)
		public boolean needPlace() {
			return this.table.get("b") != null;
		}

		private boolean write(ManagedResource resource, LockOwner owner) {
			Request granted = acquire(resource, LockType.WRITE, owner);
			if (granted == null) {
				return true;
			}
			boolean alone = this.writers.incrementAndGet() == 1 && granted.fencingToken() > this.lastToken;
			this.lastToken = granted.fencingToken();
			this.writers.decrementAndGet();
			return granted.release() && alone;
		}

		/** The queue of those who ask a backend. */
		private boolean ask(ManagedResource resource, LockOwner owner) {
			Request granted = acquire(resource, LockType.DISTRIBUTED, owner);
			if (granted == null) {
				return true;
			}
			boolean alone = this.askers.incrementAndGet() == 1;
			this.askers.decrementAndGet();
			return granted.release() && alone;
		}

		/** Returns {@code null} if another one holds the lock. */
		private Request acquire(ManagedResource first, LockType type, LockOwner owner) {
			for (ManagedResource resource = first;; resource = this.table.renew(resource.resource())) {
				Request request = new Request(resource.queue(type), type, owner);
				Outcome outcome = request.acquire(false);
				if (outcome != Outcome.RETIRED) {
					return (outcome == Outcome.GRANTED) ? request : null;
				}
			}
		}

	}

	/**
	 * All is well in any order.
	 */
	public static class Right extends Table {

		@Override
		public boolean write() {
			return true;
		}

		@Override
		public boolean lookUpAndWrite() {
			return true;
		}

		@Override
		public boolean ask() {
			return true;
		}

		@Override
		public boolean lookUpAndAsk() {
			return true;
		}

		@Override
		public boolean evict() {
			return true;
		}

		@Override
		public boolean needPlace() {
			return true;
		}

	}

}
