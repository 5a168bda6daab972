package io.github.locks.scenarios;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOperation;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockStatistics;
import io.github.locks.spi.LockEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.github.locks.LockType.READ;
import static io.github.locks.LockType.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Handles that are misused, requests that are taken back late, and requests that leave
 * nothing behind; to be run on each face.
 */
abstract class HandleScenarios extends Scene {

	private static final int ATTEMPTS = Integer.getInteger("locks.test.attempts", 1_000);

	private static final Duration LONG = Duration.ofHours(1);

	private static final int WARM_UP = 200;

	private static final long MAX_GROWTH = 1_000_000;

	private final LockOwner me = LockOwner.create("me");

	private volatile Runnable whenSecondIsGranted = () -> {
	};

	HandleScenarios(Function<LockManager, Face> face) {
		super(face);
	}

	@Override
	void onEvent(LockEvent event) {
		if (event.operation() == LockOperation.Kind.ACQUIRED && event.owner().equals("second")) {
			this.whenSecondIsGranted.run();
		}
	}

	/** Nor is the lock forgotten while the other one holds it. */
	@Test
	void handleThatIsClosedTwiceReleasesNobodyElse() {
		asks(LockRequest.write("another resource"), this.me).awaitGranted();
		LockHandle first = enters(WRITE, "first").awaitGranted();
		Claim second = queues(WRITE, "second");
		first.close();
		second.awaitGranted();
		first.close();
		assertThat(holders(WRITE)).containsExactly("second");
		assertThat(couldEnter(READ)).isFalse();
		assertThat(writes().totalAcquisitions()).isEqualTo(2);
		assertThat(writes().totalReleases()).isEqualTo(1);
	}

	private LockStatistics writes() {
		return this.locks.getStatistics(RESOURCE).get(0).locks().get(WRITE.key());
	}

	@Test
	void nestedHandleThatIsClosedTwiceLeavesTheOuterOne() {
		LockHandle outer = enters(WRITE, this.me).awaitGranted();
		LockHandle inner = enters(WRITE, this.me).awaitGranted();
		inner.close();
		inner.close();
		assertThat(outer.isHeld()).isTrue();
		assertThat(holders(WRITE)).containsExactly("me");
		assertThat(couldEnter(READ)).isFalse();
		outer.close();
		assertIdle();
	}

	@Test
	void childEntersWhatItsParentHoldsWithTheSameToken() {
		Claim parent = enters(WRITE, this.me);
		queues(READ, "other");
		Claim child = enters(WRITE, this.me.child("child"));
		assertThat(child.awaitGranted().fencingToken()).isEqualTo(parent.awaitGranted().fencingToken());
		assertThat(couldEnter(READ, this.me)).as("parent, into what its child holds").isFalse();
		child.release();
		assertThat(couldEnter(READ, this.me)).isTrue();
		assertThat(holders(WRITE)).containsExactly("me");
	}

	@Test
	void handleIsClosedByAnotherThread() throws Exception {
		LockHandle handle = enters(WRITE, this.me).awaitGranted();
		Claim next = queues(READ, "next");
		Thread other = new Thread(handle::close);
		other.start();
		next.awaitGranted();
		other.join();
		assertThat(handle.isHeld()).isFalse();
		assertThat(holders(WRITE)).isEmpty();
	}

	@Test
	void closedHandleProtectsNothing() {
		LockHandle closed = enters(WRITE, this.me).awaitGranted();
		long token = closed.fencingToken();
		closed.close();
		closed.onLost(() -> {
			throw new AssertionError("A lock that was given back is not lost");
		});
		assertThat(closed.isHeld()).isFalse();
		assertThat(closed.isLost()).isFalse();
		assertThat(closed.fencingToken()).isEqualTo(token);
		assertThat(closed.owner()).isEqualTo(this.me);
		Claim other = enters(WRITE, "other");
		assertThat(other.awaitGranted().fencingToken()).isGreaterThan(token);
		assertThat(couldEnter(READ, this.me)).as("owner of the closed handle").isFalse();
	}

	@Test
	void cancelAfterTheGrantEndsTheHoldOnlyWhereItEndsTheWork() {
		Claim claim = enters(WRITE, this.me);
		Claim next = queues(WRITE, "next");
		claim.cancel();
		if (this.face.isHoldEndedByCancel()) {
			next.awaitGranted();
			assertThat(claim.awaitGranted().isHeld()).isFalse();
		}
		else {
			assertThat(claim.awaitGranted().isHeld()).isTrue();
			assertThat(next.isSettled()).isFalse();
			claim.release();
			next.awaitGranted();
		}
		assertThat(holders(WRITE)).containsExactly("next");
	}

	/**
	 * Listeners hear of a grant before the one who asked does, so this cancel comes
	 * between the two. Either outcome is right, but the lock goes on.
	 */
	@Test
	void cancelThatMeetsTheGrantHandsTheLockOn() {
		Claim first = enters(WRITE, "first");
		Claim second = queues(WRITE, "second");
		Claim third = queues(WRITE, "third");
		CompletableFuture<Void> cancelled = new CompletableFuture<>();
		this.whenSecondIsGranted = () -> {
			second.cancel();
			cancelled.complete(null);
		};
		first.release();
		Bounded.value(cancelled);
		Bounded.until("second is inside or gone", () -> second.isSettled() || holders(WRITE).contains("third"));
		second.clear();
		third.awaitGranted();
		assertThat(holders(WRITE)).containsExactly("third");
		assertThat(queue()).isEmpty();
	}

	@Test
	@Timeout(3600)
	void requestsThatRunOutOfTimeLeaveNothing() {
		enters(WRITE, "holder");
		queues(LockRequest.write(RESOURCE).timeout(LONG), "waiter");
		leavesNothing(() -> {
			LockOwner owner = LockOwner.create("late");
			assertThat(this.face.acquireInTime(LockRequest.write(RESOURCE).timeout(Duration.ofNanos(1)), owner))
				.isEmpty();
			return owner;
		});
		assertThat(queue()).containsExactly("waiter");
	}

	@Test
	@Timeout(3600)
	void requestsThatAreCancelledLeaveNothing() {
		enters(WRITE, "holder");
		queues(LockRequest.write(RESOURCE).timeout(LONG), "waiter");
		leavesNothing(() -> {
			LockOwner owner = LockOwner.create("cancelled");
			Claim claim = this.face.acquire(LockRequest.read(RESOURCE).timeout(LONG), owner);
			claim.cancel();
			claim.awaitCancelled();
			return owner;
		});
		assertThat(queue()).containsExactly("waiter");
	}

	/**
	 * Makes a request again and again. Nothing may be left of its owners, of whom some
	 * are watched, and the heap may not grow.
	 */
	private void leavesNothing(Supplier<LockOwner> request) {
		int watchEach = Math.max(1, ATTEMPTS / 500);
		for (int i = 0; i < WARM_UP; i++) {
			request.get();
		}
		long before = usedHeap();
		List<WeakReference<LockOwner>> watched = new ArrayList<>();
		for (int i = 0; i < ATTEMPTS; i++) {
			LockOwner owner = request.get();
			if (i % watchEach == 0) {
				watched.add(new WeakReference<>(owner));
			}
		}
		Bounded.until("all owners forgotten", () -> {
			System.gc();
			return watched.stream().allMatch((owner) -> owner.refersTo(null));
		});
		Bounded.until("heap as before", () -> usedHeap() - before < MAX_GROWTH);
	}

	private static long usedHeap() {
		System.gc();
		Runtime runtime = Runtime.getRuntime();
		return runtime.totalMemory() - runtime.freeMemory();
	}

}
