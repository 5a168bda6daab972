package io.github.locks.scenarios;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

import io.github.locks.LockHandle;
import io.github.locks.LockHolder;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockStatus;
import io.github.locks.LockType;
import io.github.locks.LockWaiter;
import io.github.locks.spi.LockEvent;
import io.github.locks.support.DefaultLockManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One resource, those who ask for it, and what can be seen of it from outside. Order is
 * made by waiting until the one who asks can be seen in the queue.
 */
@Timeout(60)
abstract class Scene {

	static final String RESOURCE = "a";

	/** Forgets a resource as soon as nobody needs it, if there is another one. */
	final DefaultLockManager locks = DefaultLockManager.builder()
		.maxResources(1)
		.shutdownTimeout(Duration.ZERO)
		.listener(this::onEvent)
		.build();

	final Face face;

	private final List<Claim> claims = new ArrayList<>();

	Scene(Function<LockManager, Face> face) {
		this.face = face.apply(this.locks);
	}

	void onEvent(LockEvent event) {
	}

	@AfterEach
	void leaveNothingBehind() {
		try {
			Collections.reverse(this.claims);
			this.claims.forEach(Claim::clear);
			Bounded.until("all have gone", () -> this.locks.getLockStatus().isEmpty());
		}
		finally {
			this.locks.close();
		}
	}

	/** Asks and does not look what happens. */
	final Claim asks(LockRequest.Builder request, LockOwner owner) {
		Claim claim = this.face.acquire(request, owner);
		this.claims.add(claim);
		return claim;
	}

	/** Asks for a lock that is to be had at once. */
	final Claim enters(LockType type, LockOwner owner) {
		Claim claim = asks(LockRequest.of(type, RESOURCE), owner);
		claim.awaitGranted();
		return claim;
	}

	final Claim enters(LockType type, String owner) {
		return enters(type, LockOwner.create(owner));
	}

	/**
	 * Asks for a lock that is not to be had, and stands in the queue when this returns.
	 */
	final Claim queues(LockType type, String owner) {
		return queues(LockRequest.of(type, RESOURCE), owner);
	}

	final Claim queues(LockRequest.Builder request, String owner) {
		Claim claim = asks(request, LockOwner.create(owner));
		Bounded.until(owner + " in the queue", () -> queue().contains(owner));
		assertThat(claim.isSettled()).as(owner + " has its answer").isFalse();
		return claim;
	}

	final boolean couldEnter(LockType type, LockOwner owner) {
		Optional<LockHandle> handle = this.face.tryAcquire(LockRequest.of(type, RESOURCE), owner);
		handle.ifPresent(LockHandle::close);
		return handle.isPresent();
	}

	final boolean couldEnter(LockType type) {
		return couldEnter(type, LockOwner.create("passer-by"));
	}

	/** Those who wait, in order; positions are checked on the way. */
	final List<String> queue() {
		SortedMap<Integer, String> byPosition = new TreeMap<>();
		int waiters = 0;
		for (LockStatus status : status()) {
			for (LockWaiter waiter : status.waiters()) {
				byPosition.put(waiter.position(), waiter.owner());
				waiters++;
			}
		}
		assertThat(byPosition).as("positions in the queue").hasSize(waiters);
		if (waiters > 0) {
			assertThat(byPosition.firstKey()).isEqualTo(1);
			assertThat(byPosition.lastKey()).isEqualTo(waiters);
		}
		return List.copyOf(byPosition.values());
	}

	final List<String> holders(LockType type) {
		return this.locks.getLockStatus(RESOURCE)
			.stream()
			.flatMap((resource) -> Optional.ofNullable(resource.locks().get(type.key())).stream())
			.flatMap((status) -> status.holders().stream())
			.map(LockHolder::owner)
			.toList();
	}

	private List<LockStatus> status() {
		return this.locks.getLockStatus(RESOURCE)
			.stream()
			.flatMap((resource) -> resource.locks().values().stream())
			.toList();
	}

	final void assertIdle() {
		assertThat(this.locks.getLockStatus(RESOURCE)).as("holders and waiters").isEmpty();
		assertThat(couldEnter(LockType.WRITE)).as("free lock").isTrue();
	}

}
