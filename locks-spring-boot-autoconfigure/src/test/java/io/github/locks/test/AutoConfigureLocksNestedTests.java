package io.github.locks.test;

import io.github.locks.LockManager;
import io.github.locks.support.DefaultLockManager;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link AutoConfigureLocks @AutoConfigureLocks} on nested classes: the nearest
 * annotation decides.
 */
class AutoConfigureLocksNestedTests {

	@Nested
	@SpringBootTest(classes = OrderApp.class, webEnvironment = SpringBootTest.WebEnvironment.NONE)
	@AutoConfigureLocks(mode = AutoConfigureLocks.Mode.OFF)
	class Off {

		@Autowired
		private ApplicationContext outer;

		@Autowired
		private LockManager locks;

		@Test
		void isOff() {
			assertThat(this.locks).isInstanceOf(UnlockedManager.class);
		}

		@Nested
		@AutoConfigureLocks
		class ButInMemory {

			@Test
			void isInMemory(@Autowired LockManager locks) {
				assertThat(locks).isInstanceOf(DefaultLockManager.class);
			}

		}

		@Nested
		class Plain {

			@Test
			void hasTheContextOfTheEnclosingClass(@Autowired ApplicationContext context) {
				assertThat(context).isSameAs(Off.this.outer);
			}

		}

	}

	@Nested
	@SpringBootTest(classes = OrderApp.class, webEnvironment = SpringBootTest.WebEnvironment.NONE)
	@AutoConfigureLocks
	class InMemory {

		@Autowired
		private ApplicationContext outer;

		@Test
		void isInMemory(@Autowired LockManager locks) {
			assertThat(locks).isInstanceOf(DefaultLockManager.class);
		}

		@Nested
		@AutoConfigureLocks(mode = AutoConfigureLocks.Mode.OFF)
		class ButOff {

			@Test
			void isOff(@Autowired LockManager locks) {
				assertThat(locks).isInstanceOf(UnlockedManager.class);
			}

		}

		@Nested
		@AutoConfigureLocks
		class Same {

			@Test
			void sharesTheContextOfTheEnclosingClass(@Autowired ApplicationContext context) {
				assertThat(context).isSameAs(InMemory.this.outer);
			}

		}

	}

}
