package io.github.locks.support;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.Outcome;
import io.github.locks.statistics.StatisticsArchive;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of holds that the lock knows by a number only, when others find them.
 */
@Timeout(60)
class DirectLockHandleTests {

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final LockOwner parent = LockOwner.create("parent");

	private final LockOwner child = this.parent.child("child");

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void secondCloseIsNotThatOfARelativeWithTheSameToken() {
		LockHandle direct = read(this.child);
		LockHandle relative = read(this.parent);
		assertThat(relative.fencingToken()).isEqualTo(direct.fencingToken());
		direct.close();
		assertThat(direct.isHeld()).isFalse();
		direct.close();
		assertThat(relative.isHeld()).isTrue();
		assertThat(this.locks.tryAcquire(LockRequest.write("a").owner(LockOwner.create("other")).build())).isEmpty();
		relative.close();
		assertThat(this.locks.getLockStatus()).isEmpty();
	}

	@Test
	void secondCloseIsNotThatOfTheNextHolder() {
		LockHandle first = this.locks.writeLock("a");
		first.close();
		LockHandle next = this.locks.acquire(LockRequest.write("a").owner(this.parent).build());
		first.close();
		assertThat(first.isHeld()).isFalse();
		assertThat(next.isHeld()).isTrue();
		assertThat(next.fencingToken()).isGreaterThan(first.fencingToken());
		next.close();
	}

	@Test
	void holdThatOthersFindIsHeldUntilItIsClosed() {
		LockHandle direct = this.locks.acquire(LockRequest.write("a").owner(this.parent).method("A.b").build());
		long token = direct.fencingToken();
		CompletableFuture<LockHandle> waiting = this.locks.acquireAsync(LockRequest.write("a").build());
		assertThat(direct.isHeld()).isTrue();
		assertThat(direct.owner()).isSameAs(this.parent);
		assertThat(this.locks.getLockStatus("a").get(0).locks().get("write").holders()).singleElement()
			.satisfies((holder) -> {
				assertThat(holder.owner()).isEqualTo("parent");
				assertThat(holder.method()).isEqualTo("A.b");
			});
		direct.close();
		assertThat(direct.isHeld()).isFalse();
		assertThat(waiting.join().fencingToken()).isGreaterThan(token);
		direct.close();
		assertThat(waiting.join().isHeld()).isTrue();
		waiting.join().close();
	}

	@Test
	void closeAfterTheResourceWasEvictedDoesNothingToItsSuccessor() {
		try (DefaultLockManager forgetful = DefaultLockManager.builder().idleEviction(Duration.ofMillis(1)).build()) {
			LockHandle old = forgetful.writeLock("a");
			old.close();
			Awaitility.await().until(() -> forgetful.isForgotten("a"));
			try (LockHandle next = forgetful.writeLock("a")) {
				old.close();
				assertThat(old.isHeld()).isFalse();
				assertThat(next.isHeld()).isTrue();
				assertThat(next.fencingToken()).isGreaterThan(old.fencingToken());
			}
		}
	}

	@Test
	void finishedThreadIsForgotten() throws Exception {
		WeakReference<Thread> finished = useInAThread();
		Awaitility.await().until(() -> {
			System.gc();
			return finished.refersTo(null);
		});
		assertThat(this.locks.getStatistics("a").get(0).recentOperations()).extracting("owner")
			.containsOnly("short-lived");
	}

	private WeakReference<Thread> useInAThread() throws InterruptedException {
		Thread thread = new Thread(() -> this.locks.writeLock("a").close(), "short-lived");
		thread.start();
		thread.join();
		return new WeakReference<>(thread);
	}

	@Test
	void fairnessOfTheManagerIsThatOfItsLocks() {
		for (Fairness fairness : Fairness.values()) {
			ManagedResource resource = new ResourceTable(new StatisticsArchive(true, 0, 10), 10, fairness).get("a");
			Acquisition first = ask(resource, Outcome.GRANTED);
			Acquisition waiting = ask(resource, Outcome.QUEUED);
			resource.release(first);
			assertThat(waiting.isGranted()).isEqualTo(fairness == Fairness.STRICT);
			ask(resource, (fairness == Fairness.STRICT) ? Outcome.QUEUED : Outcome.GRANTED);
		}
	}

	private static Acquisition ask(ManagedResource resource, Outcome expected) {
		Acquisition acquisition = resource.prepare(LockType.WRITE, LockOwner.create("o"), null, null);
		assertThat(resource.acquire(acquisition, true)).isEqualTo(expected);
		return acquisition;
	}

	private LockHandle read(LockOwner owner) {
		return this.locks.acquire(LockRequest.read("a").owner(owner).build());
	}

}
