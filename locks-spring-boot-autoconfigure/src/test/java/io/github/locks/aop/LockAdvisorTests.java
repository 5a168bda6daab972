package io.github.locks.aop;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.locks.LockManager;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import io.github.locks.aop.LockAdvisor.Validation;
import io.github.locks.support.DefaultLockManager;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.aop.framework.autoproxy.AbstractAdvisorAutoProxyCreator;
import org.springframework.aop.framework.autoproxy.InfrastructureAdvisorAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.EnableAspectJAutoProxy;
import org.springframework.context.support.PropertySourcesPlaceholderConfigurer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AliasFor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The advisor in an application context, and where it finds annotations.
 */
class LockAdvisorTests {

	private final AtomicInteger managers = new AtomicInteger();

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	@BeforeEach
	void open() {
		Base.locks = this.locks;
	}

	@AfterEach
	void close() {
		this.context.close();
		this.locks.close();
	}

	@Test
	void orderIsOutsideOfTransactionsAndCaches() {
		assertThat(new LockedProxies(this.locks).advisor().getOrder()).isEqualTo(Ordered.LOWEST_PRECEDENCE - 1000);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void beansAreLockedThroughAnInfrastructureAdvisor(boolean proxyTargetClass) {
		start(proxyTargetClass, Validation.FAIL, Implementation.class);
		Contract bean = this.context.getBean(Contract.class);
		assertThat(AopUtils.isCglibProxy(bean)).isEqualTo(proxyTargetClass);
		assertThat(bean.onInterface("x")).isEqualTo("contract:x 1");
		assertThat(bean.byDefault()).isEqualTo("default 1");
		assertThat(bean.generic("y")).isEqualTo("generic:y 1");
		assertThat(bean.unlocked()).isEqualTo("nothing");
	}

	@Test
	void lockManagerIsNotCreatedBeforeTheFirstCall() {
		start(true, Validation.FAIL, Implementation.class);
		Contract bean = this.context.getBean(Contract.class);
		bean.unlocked();
		assertThat(this.managers).hasValue(0);
		bean.byDefault();
		bean.byDefault();
		assertThat(this.managers).hasValue(1);
	}

	@Test
	void wrongAnnotationStopsTheStart() {
		assertThatExceptionOfType(BeanCreationException.class)
			.isThrownBy(() -> start(true, Validation.FAIL, MissingProperty.class))
			.havingCause()
			.isInstanceOf(InvalidLockAnnotationException.class)
			.withMessageContaining("MissingProperty.run")
			.withMessageContaining("${missing}");
	}

	@Test
	void wrongAnnotationStopsTheStartWithStrictPlaceholdersToo() {
		this.context.registerBean(PropertySourcesPlaceholderConfigurer.class);
		assertThatExceptionOfType(BeanCreationException.class)
			.isThrownBy(() -> start(true, Validation.FAIL, MissingProperty.class))
			.withCauseInstanceOf(InvalidLockAnnotationException.class)
			.withMessageContaining("MissingProperty.run");
	}

	@Test
	void wrongAnnotationFailsTheCallWhenValidationIsOff() {
		start(true, Validation.OFF, MissingProperty.class);
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.context.getBean(MissingProperty.class).run());
	}

	@Test
	void metaAnnotationWithItsOwnAttributesIsFound() {
		assertThat(proxy(new Subclass()).meta()).isEqualTo("catalog:1s 1");
	}

	@Test
	void annotationsOfTheSuperclassAreInherited() {
		assertThat(proxy(new Subclass()).overridden()).isEqualTo("overridden 1");
		assertThat(proxy(new Subclass()).inherited()).isEqualTo("inherited 1");
	}

	@Test
	void ownAnnotationWinsOverTheInheritedOne() {
		assertThat(proxy(new Subclass()).replaced()).isEqualTo("new 1");
	}

	@Test
	void annotationOfTheTypeIsForPublicMethodsWithoutTheirOwn() {
		OnType proxy = proxy(new OnType());
		assertThat(proxy.run()).isEqualTo("type 1");
		assertThat(proxy.own()).isEqualTo("own 1");
		assertThat(proxy.hidden()).isEqualTo("nothing");
		assertThat(proxy).hasToString("nothing");
	}

	@Test
	void interfaceOfASubclassLocksTheInheritedMethod() {
		assertThat(proxy(new Late()).late("x")).isEqualTo("late:x 1");
		assertThat(new LockedProxies(this.locks).jdk(LateContract.class, new Late()).late("x")).isEqualTo("late:x 1");
	}

	@Test
	void namesOfTheInterfaceParametersAreKnown() {
		assertThat(proxy(new OtherNames()).late("x")).isEqualTo("late:x 1");
	}

	@Test
	void prototypesAreCheckedOnceAndLocked() {
		this.context.registerBean(OnType.class, (definition) -> definition.setScope("prototype"));
		start(true, Validation.FAIL);
		assertThat(this.context.getBean(OnType.class)).isNotSameAs(this.context.getBean(OnType.class));
		assertThat(this.context.getBean(OnType.class).run()).isEqualTo("type 1");
	}

	@Test
	void aspectInsideOfAReactiveLockWorks() {
		start(true, Validation.FAIL, AspectConfiguration.class, Reactive.class, Shouting.class);
		Mono<String> result = this.context.getBean(Reactive.class).run("x");
		assertThat(result.block()).isEqualTo("X!");
		assertThat(result.block()).isEqualTo("X!");
	}

	private <T> T proxy(T target) {
		return new LockedProxies(this.locks).cglib(target);
	}

	private void start(boolean proxyTargetClass, Validation validation, Class<?>... beans) {
		if (!List.of(beans).contains(AspectConfiguration.class)) {
			this.context.registerBean(InfrastructureAdvisorAutoProxyCreator.class, () -> {
				InfrastructureAdvisorAutoProxyCreator creator = new InfrastructureAdvisorAutoProxyCreator();
				((AbstractAdvisorAutoProxyCreator) creator).setProxyTargetClass(proxyTargetClass);
				return creator;
			});
		}
		this.context.registerBean(LockManager.class, () -> {
			this.managers.incrementAndGet();
			return this.locks;
		}, (definition) -> definition.setLazyInit(true));
		this.context.registerBean(
				"lockAdvisor", LockAdvisor.class, () -> new LockAdvisor(() -> this.context.getBean(LockManager.class),
						this.context.getBeanFactory(), validation, true),
				(definition) -> definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE));
		for (Class<?> bean : beans) {
			this.context.registerBean(bean);
		}
		this.context.refresh();
	}

	static class Base {

		private static @Nullable LockManager locks;

		/**
		 * Names the only resource that is locked, and how often it is held.
		 */
		static String held() {
			return locks.getLockStatus()
				.stream()
				.map((status) -> status.resourceName() + " "
						+ status.locks().values().stream().mapToInt((lock) -> lock.holders().size()).sum())
				.findFirst()
				.orElse("nothing");
		}

	}

	interface Generic<T> {

		@WriteLock("generic:#{#value}")
		String generic(T value);

	}

	interface Contract extends Generic<String> {

		@WriteLock("contract:#{#id}")
		String onInterface(String id);

		@ReadLock("default")
		default String byDefault() {
			return Base.held();
		}

		String unlocked();

	}

	public static class Implementation extends Base implements Contract {

		@Override
		public String onInterface(String key) {
			return held();
		}

		@Override
		public String generic(String value) {
			return held();
		}

		@Override
		public String unlocked() {
			return held();
		}

	}

	public static class MissingProperty {

		@WriteLock("a:${missing}")
		public void run() {
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@WriteLock
	@interface Catalog {

		@AliasFor(annotation = WriteLock.class, attribute = "resource")
		String name();

	}

	static class Superclass extends Base {

		@WriteLock("overridden")
		String overridden() {
			return "superclass";
		}

		@WriteLock("inherited")
		String inherited() {
			return held();
		}

		@ReadLock("old")
		String replaced() {
			return "superclass";
		}

	}

	static class Subclass extends Superclass {

		@Override
		String overridden() {
			return held();
		}

		@Override
		@WriteLock("new")
		String replaced() {
			return held();
		}

		@Catalog(name = "catalog:1s")
		String meta() {
			return held();
		}

	}

	@WriteLock("type")
	public static class OnType extends Base {

		public String run() {
			return held();
		}

		@ReadLock("own")
		public String own() {
			return held();
		}

		String hidden() {
			return held();
		}

		@Override
		public String toString() {
			return held();
		}

	}

	interface LateContract {

		@WriteLock("late:#{#id}")
		String late(String id);

	}

	static class Early extends Base {

		public String late(String key) {
			return held();
		}

	}

	static class Late extends Early implements LateContract {

	}

	static class OtherNames extends Base implements LateContract {

		@Override
		public String late(String somethingElse) {
			return held();
		}

	}

	@EnableAspectJAutoProxy(proxyTargetClass = true)
	static class AspectConfiguration {

	}

	@Aspect
	static class Shouting {

		@Around("execution(* io.github.locks.aop.LockAdvisorTests.Reactive.run(..)) && args(value)")
		Object shout(ProceedingJoinPoint call, String value) throws Throwable {
			Mono<?> result = (Mono<?>) call.proceed(new Object[] { value.toUpperCase(Locale.ROOT) });
			return result.map((text) -> text + "!");
		}

	}

	public static class Reactive {

		@WriteLock("reactive:#{#value}")
		public Mono<String> run(String value) {
			return Mono.just(value);
		}

	}

}
