package io.github.locks.scenarios;

import org.junit.jupiter.api.Nested;

/**
 * The scenarios with futures.
 */
class FutureScenariosTests {

	@Nested
	class ReadWriteLock extends ReadWriteLockScenarios {

		ReadWriteLock() {
			super(FutureFace::new);
		}

	}

	@Nested
	class Queue extends QueueScenarios {

		Queue() {
			super(FutureFace::new);
		}

	}

	@Nested
	class Handles extends HandleScenarios {

		Handles() {
			super(FutureFace::new);
		}

	}

}
