package io.github.locks.spi;

import java.util.Optional;

import io.github.locks.LockHolder;
import io.github.locks.memory.MemoryLockBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Shows that {@link LockBackendContract} finds backends out that break it.
 */
class LockBackendContractTests {

	@ParameterizedTest
	@ValueSource(classes = { GivesAwayWhatIsTaken.class, HasOneToken.class, HandsOverWhatOthersGet.class })
	void brokenBackendFails(Class<?> broken) {
		assertThat(run(broken).failed().count()).isPositive();
	}

	@Test
	void backendThatWorksPasses() {
		Events tests = run(Works.class);
		assertThat(tests.failed().count()).isZero();
		assertThat(tests.succeeded().count()).isGreaterThan(20);
	}

	private static Events run(Class<?> contract) {
		return EngineTestKit.engine("junit-jupiter")
			.selectors(DiscoverySelectors.selectClass(contract))
			.execute()
			.testEvents();
	}

	/**
	 * Keeps the contract.
	 */
	static class Works extends LockBackendContract {

		private final LockBackend backend = new Delegate();

		@Override
		protected LockBackend open() {
			return this.backend;
		}

	}

	/**
	 * Two may have a lock.
	 */
	static class GivesAwayWhatIsTaken extends LockBackendContract {

		@Override
		protected LockBackend open() {
			return new Delegate();
		}

	}

	/**
	 * Tokens do not rise.
	 */
	static class HasOneToken extends LockBackendContract {

		private final LockBackend backend = new Delegate() {

			@Override
			public Optional<Lease> tryAcquire(LeaseRequest request) {
				return super.tryAcquire(request).map((lease) -> new Fixed((Leased) lease));
			}

		};

		@Override
		protected LockBackend open() {
			return this.backend;
		}

	}

	/**
	 * What is handed over is free for a moment.
	 */
	static class HandsOverWhatOthersGet extends LockBackendContract {

		private final LockBackend backend = new Delegate() {

			@Override
			public Optional<Lease> handOver(Lease lease, LeaseRequest successor) {
				release(lease);
				return Optional.of(lease);
			}

		};

		@Override
		protected LockBackend open() {
			return this.backend;
		}

	}

	/**
	 * Does what the memory does.
	 */
	private static class Delegate implements LockBackend {

		private final MemoryLockBackend memory = new MemoryLockBackend();

		@Override
		public Optional<Lease> tryAcquire(LeaseRequest request) {
			return this.memory.tryAcquire(request).map(Leased::new);
		}

		@Override
		public boolean renew(Lease lease) {
			return this.memory.renew(((Leased) lease).lease);
		}

		@Override
		public void release(Lease lease) {
			this.memory.release(((Leased) lease).lease);
		}

		@Override
		public Optional<LockHolder> inspect(String resource) {
			return this.memory.inspect(resource);
		}

		@Override
		public String toString() {
			return "the memory";
		}

	}

	/**
	 * A lease in memory.
	 */
	private static class Leased implements Lease {

		final Lease lease;

		Leased(Lease lease) {
			this.lease = lease;
		}

		@Override
		public String resource() {
			return this.lease.resource();
		}

		@Override
		public long fencingToken() {
			return this.lease.fencingToken();
		}

		@Override
		public java.time.Duration renewalInterval() {
			return this.lease.renewalInterval();
		}

	}

	/**
	 * A lease whose token is always the same.
	 */
	private static final class Fixed extends Leased {

		Fixed(Leased original) {
			super(original.lease);
		}

		@Override
		public long fencingToken() {
			return 1;
		}

	}

}
