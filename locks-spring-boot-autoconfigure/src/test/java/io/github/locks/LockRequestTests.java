package io.github.locks;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link LockRequest} and {@link LockOwner}.
 */
class LockRequestTests {

	@Test
	void keepsWhatItWasGiven() {
		LockOwner owner = LockOwner.create("agent");
		LockRequest request = LockRequest.distributed("a")
			.timeout(Duration.ofSeconds(-1))
			.lease(Duration.ofSeconds(1))
			.owner(owner)
			.method("Store.save")
			.build();
		assertThat(request.resource()).isEqualTo("a");
		assertThat(request.type()).isEqualTo(LockType.DISTRIBUTED);
		assertThat(request.timeout()).isEqualTo(Duration.ofSeconds(-1));
		assertThat(request.lease()).isEqualTo(Duration.ofSeconds(1));
		assertThat(request.owner()).isSameAs(owner);
		assertThat(request.method()).isEqualTo("Store.save");
		assertThat(request).hasToString("distributed lock on 'a'");
	}

	@Test
	void refusesNullsAndBadNames() {
		LockRequest.Builder request = LockRequest.read("a");
		assertThatIllegalArgumentException().isThrownBy(() -> request.timeout(null)).withMessageContaining("'timeout'");
		assertThatIllegalArgumentException().isThrownBy(() -> request.owner(null)).withMessageContaining("'owner'");
		assertThatIllegalArgumentException().isThrownBy(() -> request.method(null)).withMessageContaining("'method'");
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.of(null, "a"))
			.withMessageContaining("'type'");
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> LockRequest.write(" "));
	}

	@Test
	void refusesLeasesThatCannotBe() {
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.distributed("a").lease(Duration.ofNanos(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.write("a").lease(Duration.ofSeconds(1)))
			.withMessageContaining("distributed locks only");
	}

	@Test
	void ownersAreComparedByWhatTheyStandFor() throws Exception {
		assertThat(LockOwner.current()).isEqualTo(LockOwner.current()).hasSameHashCodeAs(LockOwner.current());
		assertThat(LockOwner.create("same")).isNotEqualTo(LockOwner.create("same"));
		LockOwner[] other = new LockOwner[1];
		Thread thread = new Thread(() -> other[0] = LockOwner.current(), "other-thread");
		thread.start();
		thread.join();
		assertThat(other[0]).isNotEqualTo(LockOwner.current()).hasToString("other-thread");
		assertThatIllegalArgumentException().isThrownBy(() -> LockOwner.create(" "));
	}

	@Test
	void threadsCarryOwnersForAWhile() {
		LockOwner thread = LockOwner.current();
		LockOwner outer = LockOwner.create("outer");
		LockOwner inner = outer.child("inner");
		try (LockOwner.Scope first = outer.carry()) {
			assertThat(LockOwner.current()).isSameAs(outer);
			try (LockOwner.Scope second = inner.carry()) {
				assertThat(LockOwner.current()).isSameAs(inner);
				assertThat(inner.parent()).isSameAs(outer);
			}
			assertThat(LockOwner.current()).isSameAs(outer);
		}
		assertThat(LockOwner.current()).isEqualTo(thread);
	}

}
