package io.github.locks.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.locks.annotation.WriteLock;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.LockListener;
import org.aspectj.weaver.Advice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.PlatformTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for annotated methods in an application that is configured automatically.
 */
@ExtendWith(OutputCaptureExtension.class)
class AnnotatedMethodsTests {

	private final List<String> events = new CopyOnWriteArrayList<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, LocksAutoConfiguration.class))
		.withBean(LockListener.class, () -> this::record)
		.withBean(AnnotatedService.class);

	@Test
	void methodRunsUnderItsLock() {
		assertLocks(this.runner);
	}

	@Test
	void methodRunsUnderItsLockWithoutAspectj() {
		assertLocks(this.runner.withClassLoader(new FilteredClassLoader(Advice.class)));
	}

	@Test
	void methodRunsUnderItsLockWithoutReactor() {
		assertLocks(this.runner
			.withClassLoader(new FilteredClassLoader(Mono.class.getPackageName(), "org.reactivestreams")));
	}

	@Test
	void methodRunsUnderItsLockWithoutTransactions() {
		assertLocks(this.runner
			.withClassLoader(new FilteredClassLoader(PlatformTransactionManager.class.getPackageName())));
	}

	@Test
	void methodRunsUnderItsLockWhateverTheSettingsOfAop() {
		assertLocks(this.runner.withPropertyValues("spring.aop.auto=false"));
		assertLocks(this.runner.withPropertyValues("spring.aop.proxy-target-class=false"));
		assertLocks(this.runner.withPropertyValues("spring.aop.proxy-target-class=false")
			.withClassLoader(new FilteredClassLoader(Advice.class)));
	}

	@Test
	void methodRunsWithoutLockWhenDisabled() {
		this.runner.withPropertyValues("locks.enabled=false").run((context) -> {
			assertThat(context.getBean(AnnotatedService.class).answer()).isEqualTo(42);
			assertThat(this.events).isEmpty();
		});
	}

	@Test
	void annotationThatCannotWorkStopsTheStart(CapturedOutput output) {
		StartUp.fails(BrokenService.class);
		assertThat(output).contains("APPLICATION FAILED TO START").contains("BrokenService.broken");
	}

	@Test
	void annotationThatCannotWorkIsReportedIfAskedFor(CapturedOutput output) {
		StartUp.of(BrokenService.class, "locks.validation=warn").close();
		assertThat(output).contains("BrokenService.broken");
	}

	@Test
	void annotationThatCannotWorkIsNotLookedForIfAskedFor(CapturedOutput output) {
		StartUp.of(BrokenService.class, "locks.validation=off").close();
		assertThat(output).doesNotContain("BrokenService.broken");
	}

	private void assertLocks(ApplicationContextRunner runner) {
		this.events.clear();
		runner.run((context) -> {
			assertThat(context.getBean(AnnotatedService.class).answer()).isEqualTo(42);
			assertThat(this.events).containsExactly("ACQUIRED answer", "RELEASED answer");
		});
	}

	private void record(LockEvent event) {
		this.events.add(event.operation() + " " + event.resource());
	}

	/** Has a template without an end. */
	static class BrokenService {

		@WriteLock("orders:#{")
		void broken() {
		}

	}

}
