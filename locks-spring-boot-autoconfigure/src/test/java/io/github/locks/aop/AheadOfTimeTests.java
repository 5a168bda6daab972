package io.github.locks.aop;

import java.beans.Introspector;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

import io.github.locks.LockTimeoutException;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import io.github.locks.actuate.LocksDescriptor;
import io.github.locks.actuate.LocksEndpoint;
import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import io.github.locks.autoconfigure.LocksAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.aot.BeanRegistrationCode;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

/**
 * Tests for what an application that is processed ahead of time tells a native image.
 */
class AheadOfTimeTests {

	@Test
	void annotationsAndRootOfTemplatesAreKept() {
		RuntimeHints hints = new RuntimeHints();
		new LocksRuntimeHints().registerHints(hints, null);
		assertMethodsKept(hints, ReadLock.class, WriteLock.class, DistributedLock.class, CallRoot.class, Method.class);
	}

	@Test
	void descriptorOfEndpointIsKept() {
		RuntimeHints hints = processAll(LocksEndpoint.class);
		for (Class<?> type : List.of(LocksDescriptor.class, ResourceStatistics.class, ResourceStatus.class)) {
			assertThat(RuntimeHintsPredicates.reflection().onType(type)).accepts(hints);
			for (var component : type.getRecordComponents()) {
				assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(component.getAccessor()))
					.accepts(hints);
			}
		}
	}

	@Test
	void springFindsThem() {
		AotServices.Loader services = AotServices.factories();
		assertThat(services.load(RuntimeHintsRegistrar.class)).hasAtLeastOneElementOfType(LocksRuntimeHints.class);
		assertThat(services.load(BeanRegistrationAotProcessor.class))
			.hasAtLeastOneElementOfType(LockedBeanAotProcessor.class);
	}

	@Test
	void annotatedMethodsAreKept() throws Exception {
		RuntimeHints hints = process(Direct.class, OnType.class, Implementation.class);
		assertKept(hints, Direct.class.getMethod("direct"), Direct.class.getMethod("composed"),
				OnType.class.getMethod("covered"), Implementation.class.getMethod("declared"));
		assertNotKept(hints, Direct.class.getMethod("unlocked"), Implementation.class.getMethod("undeclared"));
	}

	@Test
	void fallbackIsKept() throws Exception {
		RuntimeHints hints = process(Fallbacks.class);
		assertKept(hints, Fallbacks.class.getDeclaredMethod("plain", String.class),
				Fallbacks.class.getDeclaredMethod("explained", String.class, LockTimeoutException.class));
		assertNotKept(hints, Fallbacks.class.getDeclaredMethod("plain", int.class));
	}

	@Test
	void whatTemplatesReadIsKept() {
		RuntimeHints hints = process(Templates.class, Tenants.class);
		assertMethodsKept(hints, Order.class, Customer.class, UUID.class, Item.class, Tenants.class, Tenant.class,
				Page.class);
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(Customer.class)
			.withMemberCategory(MemberCategory.ACCESS_PUBLIC_FIELDS)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(Unread.class)).rejects(hints);
	}

	@Test
	void wrongAnnotationStopsTheProcessing() {
		assertThatExceptionOfType(InvalidLockAnnotationException.class).isThrownBy(() -> processAll(Wrong.class));
	}

	/**
	 * Processes a whole application.
	 */
	private static RuntimeHints processAll(Class<?>... beans) {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.register(LocksAutoConfiguration.class);
			context.register(beans);
			GenerationContext generation = generation();
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			return generation.getRuntimeHints();
		}
	}

	/**
	 * Processes beans for what this library adds.
	 */
	private static RuntimeHints process(Class<?>... beans) {
		DefaultListableBeanFactory factory = new DefaultListableBeanFactory();
		for (Class<?> bean : beans) {
			factory.registerBeanDefinition(Introspector.decapitalize(bean.getSimpleName()),
					new RootBeanDefinition(bean));
		}
		GenerationContext generation = generation();
		LockedBeanAotProcessor processor = new LockedBeanAotProcessor();
		for (String name : factory.getBeanDefinitionNames()) {
			BeanRegistrationAotContribution contribution = processor
				.processAheadOfTime(RegisteredBean.of(factory, name));
			if (contribution != null) {
				contribution.applyTo(generation, mock(BeanRegistrationCode.class));
			}
		}
		return generation.getRuntimeHints();
	}

	private static GenerationContext generation() {
		return new DefaultGenerationContext(new ClassNameGenerator(ClassName.get(AheadOfTimeTests.class)),
				new InMemoryGeneratedFiles());
	}

	private static void assertKept(RuntimeHints hints, Method... methods) {
		assertThat(methods)
			.allMatch((method) -> RuntimeHintsPredicates.reflection().onMethodInvocation(method).test(hints));
	}

	private static void assertNotKept(RuntimeHints hints, Method... methods) {
		assertThat(methods)
			.noneMatch((method) -> RuntimeHintsPredicates.reflection().onMethodInvocation(method).test(hints));
	}

	private static void assertMethodsKept(RuntimeHints hints, Class<?>... types) {
		for (Class<?> type : types) {
			assertKept(hints,
					Stream.of(type.getDeclaredMethods())
						.filter((method) -> Modifier.isPublic(method.getModifiers()))
						.toArray(Method[]::new));
		}
	}

	@WriteLock("composed")
	@Retention(RetentionPolicy.RUNTIME)
	@interface Composed {

	}

	static class Direct {

		@ReadLock("r")
		public void direct() {
		}

		@Composed
		public void composed() {
		}

		public void unlocked() {
		}

	}

	@DistributedLock("type")
	static class OnType {

		public void covered() {
		}

	}

	interface Contract {

		@ReadLock("r")
		void declared();

	}

	static class Implementation implements Contract {

		@Override
		public void declared() {
		}

		public void undeclared() {
		}

	}

	static class Fallbacks {

		@ReadLock(value = "r", fallback = "plain")
		public void one(String name) {
		}

		@ReadLock(value = "r", fallback = "explained")
		public void other(String name) {
		}

		void plain(String name) {
		}

		void plain(int number) {
		}

		void explained(String name, LockTimeoutException failure) {
		}

	}

	static class Templates {

		@WriteLock("orders:#{#order.customer?.owner.key}")
		public void paths(Order order) {
		}

		@WriteLock("items:#{#items[0].name}")
		public void elements(List<Item> items) {
		}

		@ReadLock("tenants:#{@tenants.current().name}")
		public void bean() {
		}

		@ReadLock(value = "pages", condition = "#page.number > 1")
		public void conditional(Optional<Page> page) {
		}

		@ReadLock("literal")
		public void literal(Unread unread) {
		}

	}

	static class Tenants {

		public Tenant current() {
			return new Tenant("t");
		}

	}

	static class Wrong {

		@ReadLock("")
		public void blank() {
		}

	}

	record Tenant(String name) {

	}

	record Order(Customer customer) {

	}

	static class Customer {

		public Owner owner = new Owner();

	}

	static class Owner {

		public UUID getKey() {
			return UUID.randomUUID();
		}

	}

	record Item(String name) {

	}

	record Page(int number) {

	}

	record Unread(String name) {

	}

}
