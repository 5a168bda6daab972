package io.github.locks.autoconfigure;

import io.github.locks.annotation.WriteLock;
import io.github.locks.aop.InvalidLockAnnotationException;
import org.aspectj.weaver.Advice;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

/**
 * Transactions and caches that are outside of the lock.
 */
@ExtendWith(OutputCaptureExtension.class)
class AdviceOrderCheckTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, LocksAutoConfiguration.class))
		.withBean(PlatformTransactionManager.class, () -> mock(PlatformTransactionManager.class))
		.withBean(CacheManager.class, ConcurrentMapCacheManager::new);

	private final ApplicationContextRunner reversed = this.runner.withUserConfiguration(TransactionsOutside.class);

	@Test
	void transactionInsideOfTheLockIsFine(CapturedOutput output) {
		this.runner.withUserConfiguration(TransactionsInside.class)
			.withBean(Both.class)
			.withBean(ByInterface.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("WARN").doesNotContain("not eligible for getting processed");
	}

	@Test
	void transactionOutsideOfTheLockStopsTheStart() {
		this.reversed.withBean("orders", Both.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidLockAnnotationException.class)
				.hasMessage("The transaction of " + Both.class.getName() + ".pay (bean 'orders', order 0) is outside of"
						+ " its lock (order 2147482647): it begins before the lock is taken, so it may not see what the"
						+ " holder before has written. Leave out the order in"
						+ " @EnableTransactionManagement(order = ...), or make it greater than 2147482647."));
	}

	@Test
	void failureIsExplained(CapturedOutput output) {
		StartUp.fails(Reversed.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The transaction of " + Reversed.class.getName() + ".pay")
			.contains("Leave out the order");
	}

	@Test
	void transactionOutsideOfTheLockIsReportedOnceIfAskedFor(CapturedOutput output) {
		this.reversed.withPropertyValues("locks.validation=warn")
			.withBean("one", Both.class)
			.withBean("other", Both.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce("is outside of its lock");
	}

	@Test
	void transactionOutsideOfTheLockIsNotLookedForIfAskedFor(CapturedOutput output) {
		this.reversed.withPropertyValues("locks.validation=off")
			.withBean(Both.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("is outside of its lock");
	}

	@Test
	void methodsWithOneOfBothAreFine(CapturedOutput output) {
		this.reversed.withBean(Apart.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("is outside of its lock");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void proxiesOfEachKindAreLookedAt(boolean proxyTargetClass) {
		ApplicationContextRunner runner = this.runner
			.withPropertyValues("spring.aop.proxy-target-class=" + proxyTargetClass)
			.withBean(ByInterface.class);
		runner.withUserConfiguration(TransactionsInside.class)
			.run((context) -> assertThat(AopUtils.isCglibProxy(context.getBean(Contract.class)))
				.isEqualTo(proxyTargetClass));
		assertRefused(runner.withUserConfiguration(TransactionsOutside.class), "ByInterface.pay");
	}

	@Test
	void proxiesAreLookedAtWithoutAspectj() {
		assertRefused(this.reversed.withClassLoader(new FilteredClassLoader(Advice.class)).withBean(Both.class),
				"Both.pay");
	}

	@Test
	void beansOfACircleAreLookedAt() {
		assertRefused(this.reversed.withAllowCircularReferences(true).withBean(One.class).withBean(Other.class),
				"One.pay");
	}

	@Test
	void everyPrototypeIsLookedAt() {
		this.reversed
			.withBean(Both.class, Both::new, (definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE))
			.run((context) -> {
				for (int i = 0; i < 2; i++) {
					assertThatExceptionOfType(BeanCreationException.class).isThrownBy(() -> context.getBean(Both.class))
						.withRootCauseInstanceOf(InvalidLockAnnotationException.class);
				}
			});
	}

	@Test
	void cacheInsideOfTheLockIsFine(CapturedOutput output) {
		this.runner.withUserConfiguration(CacheInside.class)
			.withBean(Cached.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("WARN");
	}

	@Test
	void cacheOutsideOfTheLockIsReported(CapturedOutput output) {
		this.runner.withUserConfiguration(CacheOutside.class)
			.withBean(Cached.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce("The cache of " + Cached.class.getName() + ".find")
			.contains("what is in the cache is returned without the lock")
			.doesNotContain("not eligible for getting processed");
	}

	private static void assertRefused(ApplicationContextRunner runner, String method) {
		runner.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.isInstanceOf(InvalidLockAnnotationException.class)
			.hasMessageContaining(method));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class TransactionsInside {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(order = 0)
	static class TransactionsOutside {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	static class CacheInside {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching(order = 0)
	static class CacheOutside {

	}

	@EnableTransactionManagement(order = 0)
	static class Reversed extends Both {

	}

	public static class Both {

		@WriteLock("a")
		@Transactional
		public void pay() {
		}

	}

	static class Apart {

		@WriteLock("a")
		public void locked() {
		}

		@Transactional
		public void transactional() {
		}

	}

	interface Contract {

		@WriteLock("a")
		@Transactional
		void pay();

	}

	static class ByInterface implements Contract {

		@Override
		public void pay() {
		}

	}

	static class One {

		@Autowired
		@Nullable Other other;

		@WriteLock("a")
		@Transactional
		public void pay() {
		}

	}

	static class Other {

		@Autowired
		@Nullable One one;

	}

	static class Cached {

		@WriteLock("a")
		@Cacheable("a")
		public String find() {
			return "";
		}

	}

}
