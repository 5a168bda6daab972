package io.github.locks.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.github.locks.LockManager;
import io.github.locks.LockManagerClosedException;
import io.github.locks.actuate.LocksEndpoint;
import io.github.locks.actuate.LocksHealthIndicator;
import io.github.locks.aop.LockAdvisor;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockListener;
import io.github.locks.support.DefaultLockManager;
import org.aspectj.weaver.Advice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.InfrastructureAdvisorAutoProxyCreator;
import org.springframework.aop.target.SingletonTargetSource;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.transaction.PlatformTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LocksAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class LocksAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(AopAutoConfiguration.class, LocksAutoConfiguration.class, LocksEndpointAutoConfiguration.class));

	@Test
	void managerAndAdvisorAreThere() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(LockManager.class)
			.hasSingleBean(DefaultLockManager.class)
			.hasSingleBean(LockAdvisor.class)
			.hasSingleBean(LocksProperties.class)
			.hasSingleBean(LockManagerLifecycle.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "true", "TRUE", "on", "yes", "1" })
	void everyYesEnables(String yes) {
		this.runner.withPropertyValues("locks.enabled=" + yes)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(LockManager.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "false", "FALSE", "off", "no", "0" })
	void nothingIsThereWhenDisabled(String no) {
		this.runner.withPropertyValues("locks.enabled=" + no)
			.withUserConfiguration(ServiceConfiguration.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(LockManager.class)
				.doesNotHaveBean(LockAdvisor.class)
				.doesNotHaveBean(LocksProperties.class)
				.doesNotHaveBean(LockManagerLifecycle.class));
	}

	@Test
	void annotatedMethodRunsWhenDisabled() {
		this.runner.withPropertyValues("locks.enabled=false")
			.withUserConfiguration(ServiceConfiguration.class)
			.run((context) -> assertThat(context.getBean(AnnotatedService.class).answer()).isEqualTo(42));
	}

	@Test
	void managerBacksOffForOneOfTheUser() {
		LockManager mine = mock(LockManager.class);
		this.runner.withBean("mine", LockManager.class, () -> mine)
			.run((context) -> assertThat(context).hasSingleBean(LockAdvisor.class)
				.doesNotHaveBean(LockManagerLifecycle.class)
				.getBean(LockManager.class)
				.isSameAs(mine));
	}

	@Test
	void managerMayBeWrapped() {
		LockManager[] wrapped = new LockManager[1];
		this.runner
			.withConfiguration(AutoConfigurations.of(LocksHealthContributorAutoConfiguration.class,
					HealthContributorRegistryAutoConfiguration.class))
			.withPropertyValues("management.endpoints.web.exposure.include=locks")
			.withBean(WrappingPostProcessor.class)
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(LocksHealthIndicator.class);
				assertThat(context.getBean(LockManager.class)).isNotInstanceOf(DefaultLockManager.class);
				Health health = context.getBean(LocksHealthIndicator.class).health(true);
				assertThat(health).isNotNull();
				assertThat(health.getStatus()).isEqualTo(Status.UP);
				assertThat(context.getBean(LocksEndpoint.class).locks(null, null, null, null, null)).isNotNull();
				wrapped[0] = context.getBean(LockManager.class);
			});
		assertThatExceptionOfType(LockManagerClosedException.class).isThrownBy(() -> wrapped[0].readLock("a"));
	}

	@Test
	void advisorBacksOffForOneOfTheUser() {
		this.runner.withUserConfiguration(AdvisorConfiguration.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(LockAdvisor.class).hasBean("mine"));
	}

	@Test
	void backendOfTheUserReplacesTheDirectory() {
		LockBackend backend = mock(LockBackend.class);
		this.runner.withBean(LockBackend.class, () -> backend)
			.withPropertyValues("locks.directory=/dev/null")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void severalBackendsAreRefused() {
		this.runner.withBean("one", LockBackend.class, () -> mock(LockBackend.class))
			.withBean("two", LockBackend.class, () -> mock(LockBackend.class))
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining("expected single matching bean but found 2: one,two"));
	}

	@Test
	void listenersAreAddedInTheirOrder() {
		this.runner.withUserConfiguration(ListenersConfiguration.class).run((context) -> {
			context.getBean(LockManager.class).writeLock("episodes").close();
			assertThat(context.getBean(ListenersConfiguration.class).calls).startsWith("first", "second");
		});
	}

	@Test
	void advisorIsInfrastructure() {
		this.runner.run((context) -> assertThat(context.getBeanFactory().getBeanDefinition("lockAdvisor").getRole())
			.isEqualTo(BeanDefinition.ROLE_INFRASTRUCTURE));
	}

	@Test
	void advisorDoesNotInitializeOtherBeansTooEarly(CapturedOutput output) {
		this.runner.withUserConfiguration(ServiceConfiguration.class, ListenersConfiguration.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("not eligible for getting processed");
	}

	@Test
	void annotatedBeansAreProxiedWhateverTheSettingOfAop() {
		this.runner.withPropertyValues("spring.aop.auto=false")
			.run((context) -> assertThat(context).hasBean(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME));
	}

	@Test
	void aspectjIsNotNeeded(CapturedOutput output) {
		this.runner.withClassLoader(new FilteredClassLoader(Advice.class))
			.withUserConfiguration(ServiceConfiguration.class)
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(LockAdvisor.class);
				assertThat(context.getBean(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME))
					.isInstanceOf(InfrastructureAdvisorAutoProxyCreator.class);
			});
		assertThat(output).doesNotContain("not eligible for getting processed");
	}

	@Test
	void reactorIsNotNeeded() {
		startsWithout(Mono.class);
	}

	@Test
	void transactionsAreNotNeeded() {
		startsWithout(PlatformTransactionManager.class);
	}

	@Test
	void actuatorIsNotNeeded() {
		startsWithout(Endpoint.class);
	}

	private void startsWithout(Class<?> type) {
		this.runner.withClassLoader(new FilteredClassLoader(type.getPackageName()))
			.withUserConfiguration(ServiceConfiguration.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(LockManager.class)
				.hasSingleBean(LockAdvisor.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class ServiceConfiguration {

		@Bean
		AnnotatedService annotatedService() {
			return new AnnotatedService();
		}

		/**
		 * Comes after the one that makes proxies: what that one needs is created too
		 * early for this one.
		 */
		@Bean
		static BeanPostProcessor lastPostProcessor() {
			return new BeanPostProcessor() {

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AdvisorConfiguration {

		@Bean
		static LockAdvisor mine(ConfigurableBeanFactory beanFactory) {
			return new LockAdvisor(() -> mock(LockManager.class), beanFactory, LockAdvisor.Validation.OFF, true);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ListenersConfiguration {

		final List<String> calls = new ArrayList<>();

		@Bean
		@Order(2)
		LockListener second() {
			return (event) -> this.calls.add("second");
		}

		@Bean
		@Order(1)
		LockListener first() {
			return (event) -> this.calls.add("first");
		}

	}

	/** Wraps the manager by its interface, as a tracer would. */
	static class WrappingPostProcessor implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (bean instanceof LockManager manager) {
				return ProxyFactory.getProxy(LockManager.class, new SingletonTargetSource(manager));
			}
			return bean;
		}

	}

}
