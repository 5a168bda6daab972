package io.github.locks.scenarios;

import org.junit.jupiter.api.Nested;

/**
 * The scenarios with subscriptions to publishers.
 */
class MonoScenariosTests {

	@Nested
	class ReadWriteLock extends ReadWriteLockScenarios {

		ReadWriteLock() {
			super(MonoFace::new);
		}

	}

	@Nested
	class Queue extends QueueScenarios {

		Queue() {
			super(MonoFace::new);
		}

	}

	@Nested
	class Handles extends HandleScenarios {

		Handles() {
			super(MonoFace::new);
		}

	}

}
