package io.github.locks.autoconfigure;

import java.util.List;

import io.github.locks.Locks;
import io.github.locks.annotation.FencingToken;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.PriorityOrdered;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is found out about the classes of beans when an application starts.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartUpReportTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, LocksAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(strings = { "fail", "warn" })
	void callPastTheProxyIsAWarning(String validation, CapturedOutput output) {
		this.runner.withBean(Orders.class)
			.withPropertyValues("locks.validation=" + validation)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce("calls pay on 'this', past the proxy")
			.containsPattern("StartUpReportTests\\$Orders\\.payAll \\(StartUpReportTests\\.java:\\d+\\) calls pay")
			.contains("so @WriteLock('orders') on " + Orders.class.getName() + ".pay has no effect there")
			.contains("Move the method to another bean");
	}

	@Test
	void callPastTheProxyStopsTheStartIfAskedFor() {
		this.runner.withBean(Orders.class)
			.withPropertyValues("locks.validation=strict")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("Orders.payAll"));
	}

	@Test
	void nothingIsSaidIfAskedFor(CapturedOutput output) {
		this.runner.withBean(Orders.class)
			.withPropertyValues("locks.validation=off")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("past the proxy");
	}

	@Test
	void callUnderTheSameLockIsFine(CapturedOutput output) {
		this.runner.withBean(Covered.class)
			.withPropertyValues("locks.validation=strict")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("past the proxy");
	}

	@Test
	void callUnderALockThatIsNotEnoughIsNot() {
		this.runner.withBean(Uncovered.class)
			.withPropertyValues("locks.validation=strict")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("calls save"));
	}

	@Test
	void finalClassIsRefusedWithARemedy() {
		this.runner.withBean(Final.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("@WriteLock('a') on " + Final.class.getName() + ".run can never work")
				.hasMessageContaining("a final class")
				.hasMessageContaining("Remove 'final' from the class"));
	}

	@Test
	void finalClassIsFineBehindItsInterface() {
		this.runner.withPropertyValues("spring.aop.proxy-target-class=false")
			.withBean(FinalRunnable.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void beanThatIsCreatedBeforeTheProxiesIsRefused() {
		this.runner.withBean(Early.class)
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining(Early.class.getName())
				.hasMessageContaining("created before proxies can be made"));
	}

	@Test
	void nameOfAnArgumentOutsideOfAnIslandIsAWarning(CapturedOutput output) {
		this.runner.withBean(Textual.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("@WriteLock('#id') on " + Textual.class.getName() + ".one is text")
			.contains("@WriteLock('orders:#id') on " + Textual.class.getName() + ".other is text")
			.contains("Write #{#id} for the argument")
			.doesNotContain("fine is text");
	}

	@Test
	void tokenWithoutALockIsRefused() {
		this.runner.withBean(TokenOnly.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining(TokenOnly.class.getName() + ".save can never work"));
	}

	@Test
	void beanThatIsMadeForAPostProcessorIsAWarning(CapturedOutput output) {
		this.runner.withUserConfiguration(EarlyDependency.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output)
			.contains("The lock annotations of " + Orders.class.getName() + " (bean 'orders') have no effect");
	}

	@Test
	void beanMethodsOfAConfigurationMayCallEachOther() {
		this.runner.withUserConfiguration(LockedConfiguration.class)
			.withPropertyValues("locks.validation=strict")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void annotationsOfAChildContextAreResolvedThere() {
		this.runner.run((parent) -> this.runner.withParent(parent)
			.withPropertyValues("child.property=x")
			.withBean("names", String.class, () -> "y")
			.withBean(Child.class)
			.run((child) -> assertThat(child.getBean(Child.class).held()).isEqualTo("c:y:x")));
	}

	static class Textual {

		@WriteLock("#id")
		public void one(String id) {
		}

		@WriteLock("orders:#id")
		public void other(String id) {
		}

		@WriteLock("orders:#idea and #{#id}")
		public void fine(String id) {
		}

	}

	static class TokenOnly {

		@WriteLock("a")
		public void run() {
		}

		public void save(@FencingToken long token) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlyDependency {

		@Bean
		static Orders orders() {
			return new Orders();
		}

		@Bean
		static BeanFactoryPostProcessor early(Orders orders) {
			return (beanFactory) -> assertThat(orders).isNotNull();
		}

	}

	@Configuration
	static class LockedConfiguration {

		@Bean
		@WriteLock("a")
		public Object one() {
			return new Object();
		}

		@Bean
		public Object other() {
			return List.of(one());
		}

	}

	static class Child {

		@WriteLock("c:#{@names}:${child.property}")
		public String held() {
			return Locks.current().resource();
		}

	}

	static class Orders {

		@WriteLock("orders")
		public void pay() {
		}

		public void payAll() {
			pay();
		}

	}

	static class Covered {

		@WriteLock("a")
		public void save() {
			find();
		}

		@ReadLock("a")
		public int find() {
			return 1;
		}

	}

	static class Uncovered {

		@ReadLock("a")
		public void find() {
			save();
		}

		@WriteLock("a")
		public void save() {
		}

	}

	static final class Final {

		@WriteLock("a")
		public void run() {
		}

	}

	static final class FinalRunnable implements Runnable {

		@WriteLock("a")
		@Override
		public void run() {
		}

	}

	static class Early implements BeanPostProcessor, PriorityOrdered {

		@WriteLock("a")
		public void run() {
		}

		@Override
		public int getOrder() {
			return 0;
		}

	}

}
