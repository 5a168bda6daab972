package io.github.locks.aop;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import io.github.locks.annotation.WriteLock;
import io.github.locks.support.DefaultLockManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.core.OverridingClassLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Class paths without the optional libraries.
 */
class OptionalLibrariesTests {

	@ParameterizedTest
	@ValueSource(classes = { PlainScenario.class, FutureScenario.class })
	void callsAreLockedWithoutThem(Class<?> scenario) throws Exception {
		assertThat(run(scenario)).isEqualTo("held, then free");
	}

	@Test
	void publisherIsRefusedWithoutReactor() throws Exception {
		assertThat(run(PublisherScenario.class)).asString().contains("PublisherScenario.run", "reactor-core");
	}

	@ParameterizedTest
	@CsvSource({ "reactor.,reactor-core", "kotlinx.coroutines.reactor.,kotlinx-coroutines-reactor",
			"kotlin.reflect.,kotlin-reflect" })
	void suspendFunctionIsRefusedWithoutWhatItsProxyNeeds(String hidden, String library) throws Exception {
		assertThat(run(SuspendScenario.class, hidden)).asString()
			.contains("SuspendScenario$Store.run", library, "Add it to the class path");
	}

	@Test
	void suspendFunctionIsAcceptedWithThem() throws Exception {
		assertThat(run(SuspendScenario.class, "nothing.")).isEqualTo("accepted");
	}

	private static Object run(Class<?> scenario) throws Exception {
		return run(scenario, "reactor.");
	}

	private static Object run(Class<?> scenario, String hidden) throws Exception {
		Class<?> isolated = new SmallClassPath(hidden).loadClass(scenario.getName());
		assertThat(isolated).isNotSameAs(scenario);
		return ((Callable<?>) isolated.getConstructor().newInstance()).call();
	}

	private static final class SmallClassPath extends OverridingClassLoader {

		private final String hidden;

		SmallClassPath(String hidden) {
			super(OptionalLibrariesTests.class.getClassLoader());
			this.hidden = hidden;
		}

		@Override
		protected boolean isEligibleForOverriding(String className) {
			return className.startsWith("io.github.locks.") || className.startsWith("org.springframework.");
		}

		@Override
		public Class<?> loadClass(String name) throws ClassNotFoundException {
			checkAvailable(name);
			return super.loadClass(name);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			checkAvailable(name);
			return super.loadClass(name, resolve);
		}

		private void checkAvailable(String name) throws ClassNotFoundException {
			boolean reactor = this.hidden.equals("reactor.") && name.startsWith("org.reactivestreams.");
			if (reactor || name.startsWith(this.hidden) || name.startsWith("org.aspectj.")
					|| name.startsWith("org.springframework.transaction.")
					|| name.startsWith("org.springframework.boot.") || name.startsWith("org.springframework.web.")
					|| name.startsWith("org.springframework.http.")) {
				throw new ClassNotFoundException(name);
			}
		}

	}

	public static class PlainScenario implements Callable<String> {

		@Override
		public String call() {
			try (DefaultLockManager locks = DefaultLockManager.builder().build()) {
				PlainScenario proxy = new LockedProxies(locks).cglib(new PlainScenario());
				return proxy.run(locks) + (LockedProxies.isFree(locks, "a") ? ", then free" : "");
			}
		}

		@WriteLock("a")
		public String run(DefaultLockManager locks) {
			return LockedProxies.isFree(locks, "a") ? "free" : "held";
		}

	}

	public static class FutureScenario implements Callable<String> {

		@Override
		public String call() {
			CompletableFuture<String> work = new CompletableFuture<>();
			try (DefaultLockManager locks = DefaultLockManager.builder().build()) {
				CompletableFuture<String> result = new LockedProxies(locks).cglib(new FutureScenario()).run(work);
				work.complete(LockedProxies.isFree(locks, "a") ? "free" : "held");
				return result.join() + (LockedProxies.isFree(locks, "a") ? ", then free" : "");
			}
		}

		@WriteLock("a")
		public CompletableFuture<String> run(CompletableFuture<String> work) {
			return work;
		}

	}

	public static class PublisherScenario implements Callable<String> {

		@Override
		public String call() {
			try (DefaultLockManager locks = DefaultLockManager.builder().build()) {
				new LockedProxies(locks).check(PublisherScenario.class);
				return "accepted";
			}
			catch (InvalidLockAnnotationException ex) {
				return ex.getMessage();
			}
		}

		@WriteLock("a")
		public Flow.Publisher<String> run() {
			throw new UnsupportedOperationException();
		}

	}

}
