package io.github.locks.autoconfigure;

import io.github.locks.LockManager;
import io.github.locks.LockManagerClosedException;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LockManagerLifecycle}.
 */
class LockManagerLifecycleTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class));

	@Test
	void managerIsClosedAfterTheWebServer() {
		assertThat(LockManagerLifecycle.PHASE).isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
			.isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE);
	}

	@Test
	void managerIsClosedBeforeTheFirstBeanIsDestroyed() {
		this.runner.withUserConfiguration(LastWordConfiguration.class).run((context) -> {
			LastWord lastWord = context.getBean(LastWord.class);
			context.close();
			assertThat(lastWord.heard).isInstanceOf(LockManagerClosedException.class);
		});
	}

	@Test
	void managerIsClosedWithTheContext() {
		this.runner.run((context) -> {
			LockManager locks = context.getBean(LockManager.class);
			locks.readLock("episodes").close();
			context.close();
			assertThatExceptionOfType(LockManagerClosedException.class).isThrownBy(() -> locks.readLock("episodes"));
		});
	}

	@Test
	void contextThatIsStoppedAndStartedAgainKeepsItsLocks() {
		this.runner.run((context) -> {
			context.getSourceApplicationContext().stop();
			context.getSourceApplicationContext().start();
			context.getBean(LockManager.class).readLock("episodes").close();
		});
	}

	@Test
	void contextThatIsPausedKeepsItsLocks() {
		this.runner.run((context) -> {
			context.getSourceApplicationContext().pause();
			context.getBean(LockManager.class).readLock("episodes").close();
		});
	}

	static class LastWord implements DisposableBean {

		private final LockManager locks;

		private Throwable heard;

		LastWord(LockManager locks) {
			this.locks = locks;
		}

		@Override
		public void destroy() {
			try (var held = this.locks.readLock("last-word")) {
				assertThat(held.isHeld()).isTrue();
			}
			catch (RuntimeException ex) {
				this.heard = ex;
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LastWordConfiguration {

		@Bean
		LastWord lastWord(LockManager locks) {
			return new LastWord(locks);
		}

	}

}
