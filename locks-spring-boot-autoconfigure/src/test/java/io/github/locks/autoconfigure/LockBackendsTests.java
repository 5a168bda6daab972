package io.github.locks.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockRequest;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.LockBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LockBackends}: which backend is chosen, and that nothing is ignored in
 * silence.
 */
@ExtendWith(OutputCaptureExtension.class)
class LockBackendsTests {

	private static final String IGNORED = "Distributed locks are kept by the LockBackend bean of type";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class));

	@Test
	void memoryNeedsNoDirectory() {
		Path directory = Path.of("memory", "locks");
		boolean existed = Files.exists(directory);
		this.runner.withPropertyValues("locks.distributed.backend=memory").run((context) -> {
			try (LockHandle held = context.getBean(LockManager.class).distributedLock("a")) {
				assertThat(held.isHeld()).isTrue();
				assertThat(held.fencingToken()).isPositive();
			}
		});
		assertThat(Files.exists(directory)).isEqualTo(existed);
	}

	@Test
	void contextsDoNotShareTheirMemory() {
		this.runner.withPropertyValues("locks.distributed.backend=memory")
			.run((one) -> this.runner.withPropertyValues("locks.distributed.backend=memory").run((other) -> {
				LockRequest request = LockRequest.distributed("a").build();
				assertThat(one.getBean(LockManager.class).tryAcquire(request)).isPresent();
				assertThat(other.getBean(LockManager.class).tryAcquire(request)).isPresent();
			}));
	}

	@ParameterizedTest
	@CsvSource({ "locks.directory=/dev/null, 'locks.directory'", "locks.distributed.backend=file, 'backend'",
			"locks.distributed.backend=memory, 'backend'" })
	void propertyThatABeanOverrulesIsNamed(String property, String name, CapturedOutput output) {
		this.runner.withBean(LockBackend.class, () -> mock(LockBackend.class))
			.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains(IGNORED).contains(name).contains("has no effect");
	}

	@Test
	void directoryThatMemoryOverrulesIsNamed(CapturedOutput output) {
		this.runner.withPropertyValues("locks.distributed.backend=memory", "locks.directory=/dev/null")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("Distributed locks are kept in memory").contains("'locks.directory' has no effect");
	}

	@Test
	void beanAloneIsFine(CapturedOutput output) {
		this.runner.withBean(LockBackend.class, () -> mock(LockBackend.class))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(IGNORED);
	}

	@Test
	void beanThatIsWhatThePropertyAsksForIsFine(CapturedOutput output) {
		this.runner.withBean(MemoryLockBackend.class)
			.withPropertyValues("locks.distributed.backend=memory", "locks.directory=unused")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(IGNORED);
	}

	@Test
	void choiceHasAName() {
		LocksProperties properties = new LocksProperties();
		assertThat(new LockBackends(properties, null).name()).isEqualTo("file");
		assertThat(new LockBackends(properties, mock(LockBackend.class)).name()).isEqualTo("custom");
		properties.getDistributed().setBackend(LocksProperties.Backend.MEMORY);
		assertThat(new LockBackends(properties, null).name()).isEqualTo("memory");
		assertThat(new LockBackends(properties, new MemoryLockBackend()).name()).isEqualTo("memory");
		assertThat(new LockBackends(properties, mock(LockBackend.class)).name()).isEqualTo("custom");
	}

}
