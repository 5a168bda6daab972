package io.github.locks.aop;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.Locks;
import io.github.locks.annotation.OnFailure;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import io.github.locks.autoconfigure.LocksAutoConfiguration;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.LockListener;
import io.github.locks.support.DefaultLockManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Annotations in the wrong place or company, with wrong arguments, in real application
 * contexts. The numbers are the rows of {@code docs/bad-input.md}.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class BadAnnotationsTests {

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final List<String> events = new CopyOnWriteArrayList<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, LocksAutoConfiguration.class))
		.withBean(LockListener.class, () -> this::record);

	@AfterEach
	void close() {
		this.locks.close();
	}

	private void record(LockEvent event) {
		this.events.add(event.operation() + " " + event.resource());
	}

	/** Row 50. */
	@Test
	void textOfTenMegabytesIsRefusedQuicklyAndNotPrinted(CapturedOutput output) {
		Named named = new LockedProxies(this.locks).cglib(new Named());
		Text huge = new Text("y".repeat(10_000_000));
		long fastest = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			long start = System.nanoTime();
			assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> named.run(huge))
				.withMessageContaining("Named.run")
				.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(1000));
			fastest = Math.min(fastest, System.nanoTime() - start);
		}
		assertThat(Duration.ofNanos(fastest)).isLessThan(Duration.ofSeconds(1));
		assertThat(output).doesNotContain("y".repeat(200));
		assertThat(this.locks.getStatistics()).isEmpty();
	}

	/** Row 50. */
	@Test
	void textThatNeverEndsIsTheErrorOfTheCallerAndTakesNoLock() {
		Named named = new LockedProxies(this.locks).cglib(new Named());
		Object endless = new Object() {

			@Override
			public String toString() {
				return "x" + this;
			}

		};
		assertThatExceptionOfType(StackOverflowError.class).isThrownBy(() -> named.run(endless));
		assertThat(this.locks.getStatistics()).isEmpty();
		assertThat(named.run("x")).isEqualTo("named:x");
	}

	/** Row 51. */
	@Test
	void argumentIsAskedForItsTextOnceForACall() {
		Named named = new LockedProxies(this.locks).cglib(new Named());
		Changing changing = new Changing();
		assertThat(named.run(changing)).isEqualTo("named:1");
		assertThat(named.later(changing).join()).isEqualTo("named:2");
		Mono<String> mono = named.reactive(changing);
		assertThat(mono.block()).isEqualTo("named:3");
		assertThat(mono.block()).isEqualTo("named:3");
		try (LockHandle held = this.locks.acquire(write("named:4"))) {
			assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(() -> named.run(changing))
				.satisfies((ex) -> assertThat(ex.resource()).isEqualTo(held.resource()));
		}
		try (LockHandle held = this.locks.acquire(write("named:5"))) {
			assertThat(named.skipped(changing)).isNull();
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(changing.texts).hasValue(5);
	}

	/** Row 53. */
	@Test
	void finalClassStopsTheStart() {
		this.runner.withBean(Final.class).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).hasMessageContaining(Final.class.getName())
				.hasStackTraceContaining("final class");
		});
	}

	/** Row 53: the method cannot be asked, but what it calls can. */
	@Test
	void bodyThatIsCalledPastItsProxyCanTell() {
		SelfInvoking proxy = new LockedProxies(this.locks).cglib(new SelfInvoking(this.locks));
		assertThat(proxy.locked()).isOne();
		assertThat(proxy.throughThis()).isZero();
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(proxy::assertedThroughThis)
			.withMessageContaining("does not run under a lock on 'self'");
	}

	/** Row 57. */
	@Test
	void asynchronousMethodIsLockedWhereAndForAsLongAsItRuns() {
		this.runner.withUserConfiguration(AsyncConfiguration.class).run((context) -> {
			LockManager manager = context.getBean(LockManager.class);
			AsyncService service = context.getBean(AsyncService.class);
			CompletableFuture<Void> end = new CompletableFuture<>();
			CompletableFuture<String> running = new CompletableFuture<>();
			CompletableFuture<String> result = service.future(running, end);
			assertThat(running.get(20, TimeUnit.SECONDS)).isNotEqualTo(Thread.currentThread().getName());
			assertThat(isFree(manager, "async")).isFalse();
			end.complete(null);
			assertThat(result.get(20, TimeUnit.SECONDS)).isEqualTo("done");
			manager.writeLock("async", Duration.ofSeconds(20)).close();
			Future<?> plain = service.plain();
			plain.get(20, TimeUnit.SECONDS);
			manager.writeLock("async", Duration.ofSeconds(20)).close();
			CompletableFuture<Boolean> free = new CompletableFuture<>();
			service.nothing(() -> free.complete(isFree(manager, "async")));
			assertThat(free.get(20, TimeUnit.SECONDS)).isFalse();
			manager.writeLock("async", Duration.ofSeconds(20)).close();
		});
	}

	/** Row 59. */
	@Test
	void lockIsOutsideOfTheCache() {
		this.runner.withUserConfiguration(CacheConfiguration.class).run((context) -> {
			CachedService service = context.getBean(CachedService.class);
			assertThat(service.answer()).isEqualTo(1);
			assertThat(service.answer()).isEqualTo(1);
			assertThat(this.events).containsExactly("ACQUIRED cached", "RELEASED cached", "ACQUIRED cached",
					"RELEASED cached");
		});
	}

	/** Row 59. */
	@Test
	void everyAttemptOfARetriedMethodIsLockedAndNoneLeavesALock() {
		this.runner.withUserConfiguration(RetryConfiguration.class).run((context) -> {
			RetriedService service = context.getBean(RetriedService.class);
			assertThat(service.answer()).isEqualTo(3);
			assertThat(service.unlockedAttempts()).isZero();
			assertThat(this.events).startsWith("ACQUIRED retried").endsWith("RELEASED retried");
			assertThat(context.getBean(LockManager.class).getLockStatus()).isEmpty();
		});
	}

	/** Row 59. */
	@Test
	void scheduledMethodIsLocked() {
		this.runner.withUserConfiguration(ScheduleConfiguration.class).run((context) -> {
			ScheduledService service = context.getBean(ScheduledService.class);
			assertThat(service.seen().get(20, TimeUnit.SECONDS)).isOne();
		});
	}

	/** Row 60. */
	@Test
	void methodOfAConfigurationClassIsLocked() {
		this.runner.withUserConfiguration(LockedConfiguration.class).run((context) -> {
			assertThat(context.getBean("product", String.class)).isEqualTo("product");
			this.events.clear();
			assertThat(context.getBean(LockedConfiguration.class).work()).isEqualTo("worked");
			assertThat(this.events).containsExactly("ACQUIRED configuration", "RELEASED configuration");
		});
	}

	/** Row 60. */
	@Test
	void beanBehindAScopedProxyIsLockedOnce() {
		this.runner.withUserConfiguration(ScopedConfiguration.class).run((context) -> {
			assertThat(context.getBean(ScopedService.class).work()).isEqualTo("worked");
			assertThat(this.events).containsExactly("ACQUIRED scoped", "RELEASED scoped");
		});
	}

	/** Row 60: one that is {@code PriorityOrdered} comes before all proxies. */
	@Test
	void postProcessorIsLocked() {
		this.runner.withBean(PostProcessor.class).run((context) -> {
			context.getBean(PostProcessor.class).work();
			assertThat(this.events).containsExactly("ACQUIRED processor", "RELEASED processor");
		});
	}

	/** Row 62. */
	@Test
	void endlessRecursionLeavesTheLockFree() throws Exception {
		Recursive recursive = new LockedProxies(this.locks).cglib(new Recursive());
		recursive.run(() -> {
		});
		for (int i = 0; i < 60; i++) {
			CompletableFuture<Throwable> failure = new CompletableFuture<>();
			new Thread(null, () -> {
				try {
					endless(recursive);
				}
				catch (Throwable ex) {
					failure.complete(ex);
				}
			}, "endless", (256L + 8L * i) << 10).start();
			assertThat(failure.get(30, TimeUnit.SECONDS)).isInstanceOf(StackOverflowError.class);
			assertThat(isFree(this.locks, "recursive")).as("free after round " + i).isTrue();
		}
	}

	private static void endless(Recursive recursive) {
		recursive.run(() -> endless(recursive));
	}

	private static boolean isFree(LockManager manager, String resource) {
		return LockedProxies.isFree(manager, resource);
	}

	private static LockRequest write(String resource) {
		return LockRequest.write(resource).owner(LockOwner.create("other")).build();
	}

	record Text(String text) {

		@Override
		public String toString() {
			return this.text;
		}

	}

	static final class Changing {

		private final AtomicInteger texts = new AtomicInteger();

		@Override
		public String toString() {
			return String.valueOf(this.texts.incrementAndGet());
		}

	}

	static class Named {

		@WriteLock(value = "named:#{#value}", timeout = "0")
		String run(Object value) {
			return "named:" + ((value instanceof Changing changing) ? changing.texts.get() : value);
		}

		@WriteLock(value = "named:#{#value}", timeout = "0", onFailure = OnFailure.SKIP)
		@Nullable String skipped(Object value) {
			return "ran";
		}

		@WriteLock("named:#{#value}")
		CompletableFuture<String> later(Changing value) {
			return CompletableFuture.completedFuture("named:" + value.texts.get());
		}

		@WriteLock("named:#{#value}")
		Mono<String> reactive(Changing value) {
			return Mono.fromSupplier(() -> "named:" + value.texts.get());
		}

	}

	static final class Final {

		@WriteLock("a")
		public void run() {
		}

	}

	static class SelfInvoking {

		private final @Nullable LockManager locks;

		SelfInvoking(@Nullable LockManager locks) {
			this.locks = locks;
		}

		SelfInvoking() {
			this(null);
		}

		int throughThis() {
			return locked();
		}

		void assertedThroughThis() {
			asserted();
		}

		@WriteLock("self")
		int locked() {
			return this.locks.getLockStatus("self").size();
		}

		@WriteLock("self")
		void asserted() {
			Locks.current("self").fencingToken();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class AsyncConfiguration {

		@Bean
		AsyncService asyncService() {
			return new AsyncService();
		}

	}

	static class AsyncService {

		@Async
		@WriteLock("async")
		public CompletableFuture<String> future(CompletableFuture<String> running, CompletableFuture<Void> end) {
			running.complete(Thread.currentThread().getName());
			return end.thenApply((nothing) -> "done");
		}

		@Async
		@WriteLock("async")
		public Future<String> plain() {
			return CompletableFuture.completedFuture("done");
		}

		@Async
		@WriteLock("async")
		public void nothing(Runnable body) {
			body.run();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	static class CacheConfiguration {

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

		@Bean
		CachedService cachedService() {
			return new CachedService();
		}

	}

	static class CachedService {

		private int calls;

		@WriteLock("cached")
		@Cacheable("answers")
		public int answer() {
			return ++this.calls;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods(proxyTargetClass = true)
	static class RetryConfiguration {

		@Bean
		RetriedService retriedService(LockManager locks) {
			return new RetriedService(locks);
		}

	}

	static class RetriedService {

		private final LockManager locks;

		private int calls;

		private int unlocked;

		RetriedService(LockManager locks) {
			this.locks = locks;
		}

		public int unlockedAttempts() {
			return this.unlocked;
		}

		@WriteLock("retried")
		@Retryable(maxRetries = 5, delay = 1)
		public int answer() {
			if (isFree(this.locks, "retried")) {
				this.unlocked++;
			}
			if (++this.calls < 3) {
				throw new IllegalStateException("not yet");
			}
			return this.calls;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class ScheduleConfiguration {

		@Bean
		ScheduledService scheduledService(LockManager locks) {
			return new ScheduledService(locks);
		}

	}

	static class ScheduledService {

		private final CompletableFuture<Integer> held = new CompletableFuture<>();

		private final LockManager locks;

		ScheduledService(LockManager locks) {
			this.locks = locks;
		}

		public CompletableFuture<Integer> seen() {
			return this.held;
		}

		@Scheduled(fixedDelay = 10)
		@WriteLock("scheduled")
		public void run() {
			this.held.complete(this.locks.getLockStatus("scheduled").size());
		}

	}

	@Configuration
	static class LockedConfiguration {

		@Bean
		String product() {
			return "product";
		}

		@WriteLock("configuration")
		public String work() {
			return "worked";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedConfiguration {

		@Bean
		static CustomScopeConfigurer scopes() {
			CustomScopeConfigurer scopes = new CustomScopeConfigurer();
			scopes.addScope("request", new SimpleThreadScope());
			return scopes;
		}

		@Bean
		@Scope(scopeName = "request", proxyMode = ScopedProxyMode.TARGET_CLASS)
		ScopedService scopedService() {
			return new ScopedService();
		}

	}

	static class ScopedService {

		@WriteLock("scoped")
		public String work() {
			return "worked";
		}

	}

	static class PostProcessor implements BeanPostProcessor {

		@ReadLock("processor")
		public void work() {
		}

	}

	static class Recursive {

		@WriteLock("recursive")
		void run(Runnable body) {
			body.run();
		}

	}

}
