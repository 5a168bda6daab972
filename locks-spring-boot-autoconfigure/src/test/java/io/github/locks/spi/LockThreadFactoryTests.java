package io.github.locks.spi;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LockThreadFactory}.
 */
class LockThreadFactoryTests {

	private final InheritableThreadLocal<String> user = new InheritableThreadLocal<>();

	@Test
	void threadInheritsNothingFromItsCaller() throws Exception {
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		CompletableFuture<String> seen = new CompletableFuture<>();
		try (URLClassLoader other = new URLClassLoader(new URL[0])) {
			this.user.set("alice");
			Thread.currentThread().setContextClassLoader(other);
			Thread thread = new LockThreadFactory("test")
				.newThread(() -> seen.complete(String.valueOf(this.user.get())));
			assertThat(thread.getContextClassLoader()).isSameAs(LockThreadFactory.class.getClassLoader());
			assertThat(thread.isDaemon()).isTrue();
			assertThat(thread.getName()).isEqualTo("locks-test-1");
			thread.start();
			assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo("null");
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
			this.user.remove();
		}
	}

}
