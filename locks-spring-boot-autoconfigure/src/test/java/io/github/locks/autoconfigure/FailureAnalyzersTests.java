package io.github.locks.autoconfigure;

import io.github.locks.LockBackendException;
import io.github.locks.aop.InvalidLockAnnotationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for the failure analyzers.
 */
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalyzersTests {

	@Test
	void annotationThatCannotWorkIsExplained() {
		RuntimeException failure = new IllegalStateException("wrapped",
				new InvalidLockAnnotationException("Nobody can lock this.", "Lock that."));
		FailureAnalysis analysis = new InvalidLockAnnotationFailureAnalyzer().analyze(failure);
		assertThat(analysis).isNotNull();
		assertThat(analysis.getDescription()).startsWith("Nobody can lock this.");
		assertThat(analysis.getAction()).isEqualTo("Lock that.");
	}

	@Test
	void annotationThatCannotWorkStopsTheStart(CapturedOutput output) {
		assertThatException().isThrownBy(() -> StartUp.of(BrokenAnnotation.class));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Description:")
			.contains("Nobody can lock this.")
			.containsPattern("Action:\\R\\RLock that\\.");
	}

	@Test
	void backendThatCannotBeUsedStopsTheStart(CapturedOutput output) {
		assertThatException().isThrownBy(() -> StartUp.of(BrokenBackend.class));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The disk is full.")
			.contains("'locks.directory'");
	}

	@Configuration(proxyBeanMethods = false)
	static class BrokenAnnotation {

		@Bean
		AnnotatedService service() {
			throw new InvalidLockAnnotationException("Nobody can lock this.", "Lock that.");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BrokenBackend {

		@Bean
		AnnotatedService service() {
			throw new LockBackendException("The disk is full.", null, null, null);
		}

	}

}
