package io.github.locks.scenarios;

import org.junit.jupiter.api.Nested;

/**
 * The scenarios with threads that wait.
 */
class BlockingScenariosTests {

	@Nested
	class ReadWriteLock extends ReadWriteLockScenarios {

		ReadWriteLock() {
			super(BlockingFace::new);
		}

	}

	@Nested
	class Queue extends QueueScenarios {

		Queue() {
			super(BlockingFace::new);
		}

	}

	@Nested
	class Handles extends HandleScenarios {

		Handles() {
			super(BlockingFace::new);
		}

	}

}
