package io.github.locks.aop;

import java.time.Duration;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockInterruptedException;
import io.github.locks.LockLostException;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockUpgradeException;
import io.github.locks.annotation.WriteLock;
import io.github.locks.support.DefaultLockManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which methods can be the fallback of which.
 */
class FallbackTests {

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final LockedProxies proxies = new LockedProxies(this.locks);

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void annotationOfAClassReachesOverloadsThatAreNoFallback() {
		OnType proxy = this.proxies.cglib(new OnType(this.locks));
		assertThat(proxy.run(1)).isEqualTo("run false");
		assertThat(proxy.busy(1)).isEqualTo("busy true");
		assertThat(proxy.busy("a", "b")).isEqualTo("overload false");
		assertThat(proxy.busy(1L)).isEqualTo("long false");
		LockRequest other = LockRequest.write("a").owner(LockOwner.create("other")).build();
		try (LockHandle held = this.locks.acquire(other)) {
			assertThat(held.isHeld()).isTrue();
			assertThat(proxy.run(1)).isEqualTo("busy false");
			assertThat(proxy.busy(1)).isEqualTo("busy false");
			assertThat(proxy.busy("a", "b")).isEqualTo("late false");
			assertThat(proxy.busy(1L)).isEqualTo("late long false");
		}
	}

	@Test
	void methodWithItsOwnAnnotationNeedsNoFallbackOfItsClass() {
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.proxies.check(OwnOnMethod.class))
			.withMessageContaining("OwnOnMethod.busy can never work");
	}

	@ParameterizedTest
	@ValueSource(classes = { ForUpgrades.class, ForLosses.class, ForInterrupts.class, ForNames.class })
	void fallbackThatIsNeverCalledIsRefused(Class<?> type) {
		assertThatExceptionOfType(InvalidLockAnnotationException.class).isThrownBy(() -> this.proxies.check(type))
			.withMessageContaining("fallback = 'instead'")
			.withMessageContaining(type.getName() + ".run can never work")
			.withMessageContaining("would never be called")
			.withMessageContaining("Take a LockTimeoutException");
	}

	@Test
	void exceptionOfTheParameterMayBeGeneral() {
		assertThat(this.proxies.check(General.class)).isTrue();
	}

	@Test
	void whatWasFoundIsNamedWithWhyItDoesNotFit() {
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.proxies.check(Overloads.class))
			.withMessageContaining("has no method instead(String)")
			.withMessageContaining("instead() has other parameters")
			.withMessageContaining("instead(String, int) has other parameters")
			.withMessageContaining("instead(String, NullPointerException) takes a NullPointerException,"
					+ " which is no failure to get a lock");
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.proxies.check(Itself.class))
			.withMessageContaining("run(int) is the locked method itself");
	}

	@WriteLock(value = "a", timeout = "0", fallback = "busy")
	static class OnType {

		private final LockManager locks;

		OnType(LockManager locks) {
			this.locks = locks;
		}

		private String state() {
			return " " + LockedProxies.isFree(this.locks, "a");
		}

		public String run(int id) {
			return "run" + state();
		}

		public String busy(int id) {
			return "busy" + state();
		}

		public String busy(long id) {
			return "long" + state();
		}

		public String busy(String one, String other) {
			return "overload" + state();
		}

		String busy(long id, LockTimeoutException failure) {
			return "late long" + state();
		}

		public String busy(String one, String other, LockException failure) {
			return "late" + state();
		}

	}

	@WriteLock(value = "a", fallback = "busy")
	static class OwnOnMethod {

		@WriteLock("b")
		public void run(int id) {
		}

		public void busy(int id) {
		}

	}

	static class ForUpgrades {

		@WriteLock(value = "a", fallback = "instead")
		void run() {
		}

		void instead(LockUpgradeException failure) {
		}

	}

	static class ForLosses {

		@WriteLock(value = "a", fallback = "instead")
		void run() {
		}

		void instead(LockLostException failure) {
		}

		void instead() {
		}

	}

	static class ForInterrupts {

		@WriteLock(value = "a", fallback = "instead")
		void run() {
		}

		void instead(LockInterruptedException failure) {
		}

	}

	static class ForNames {

		@WriteLock(value = "a", fallback = "instead")
		void run() {
		}

		void instead(InvalidLockNameException failure) {
		}

	}

	static class General {

		@WriteLock(value = "a", fallback = "instead")
		void run() {
		}

		void instead(RuntimeException failure) {
		}

	}

	static class Overloads {

		@WriteLock(value = "a", fallback = "instead")
		void run(String argument) {
		}

		void instead() {
		}

		void instead(String argument, int other) {
		}

		void instead(String argument, NullPointerException failure) {
		}

	}

	static class Itself {

		@WriteLock(value = "a", fallback = "run")
		void run(int id) {
		}

	}

}
