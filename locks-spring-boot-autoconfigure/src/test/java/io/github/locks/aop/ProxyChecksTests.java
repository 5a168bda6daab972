package io.github.locks.aop;

import java.lang.annotation.Annotation;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.concurrent.Callable;

import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.asm.AnnotationVisitor;
import org.springframework.asm.ClassWriter;
import org.springframework.asm.Opcodes;
import org.springframework.asm.Type;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Proxyable;
import org.springframework.context.annotation.ProxyType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Classes that no proxy can be made for. Each answer is compared with what Spring does.
 */
class ProxyChecksTests {

	@ParameterizedTest
	@ValueSource(classes = { Open.class, Derived.class, WithInterface.class })
	void openClassesAreFine(Class<?> type) {
		assertThat(ProxyChecks.problemOf(type, false)).isNull();
		assertThat(ProxyChecks.problemOf(type, true)).isNull();
		assertStarts(type, true, true);
		assertStarts(type, false, true);
	}

	@ParameterizedTest
	@CsvSource({ "Final, a final class, Remove 'final'", "Record, a record, Move the method",
			"Sealed, a sealed class, Remove 'sealed'", "Callbacks, a final class, Remove 'final'" })
	void classesWithoutSubclassesAreNot(String name, String problem, String remedy) throws Exception {
		Class<?> type = Class.forName(ProxyChecksTests.class.getName() + "$" + name);
		assertThat(ProxyChecks.problemOf(type, false)).contains(problem);
		assertThat(ProxyChecks.problemOf(type, true)).contains(problem);
		assertThat(ProxyChecks.remedyFor(type)).contains(remedy).contains("LockManager");
		assertStarts(type, true, false);
		assertStarts(type, false, false);
	}

	@Test
	void finalClassWithAnInterfaceNeedsAProxyOfIt() {
		assertThat(ProxyChecks.problemOf(FinalWithInterface.class, false)).contains("a final class");
		assertThat(ProxyChecks.problemOf(FinalWithInterface.class, true)).isNull();
		assertStarts(FinalWithInterface.class, true, false);
		assertStarts(FinalWithInterface.class, false, true);
	}

	@Test
	void enumIsFinalToo() {
		assertThat(ProxyChecks.problemOf(Enumeration.class, false)).contains("an enum");
		assertThat(ProxyChecks.remedyFor(Enumeration.class)).contains("Move the method");
	}

	@Test
	void kotlinClassIsToBeOpened() {
		Class<?> type = new KotlinClasses().define("kotlin/Final", Opcodes.ACC_FINAL);
		assertThat(ProxyChecks.problemOf(type, false)).contains("a final class");
		assertThat(ProxyChecks.remedyFor(type)).contains("'kotlin-spring'", "'open'");
	}

	@Test
	void lambdasAndProxiesAreProxiedByTheirInterfaces() {
		Callable<String> lambda = () -> "";
		Object proxy = Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Contract.class },
				(self, method, arguments) -> null);
		assertThat(ProxyChecks.problemOf(lambda.getClass(), false)).isNull();
		assertThat(ProxyChecks.problemOf(proxy.getClass(), false)).isNull();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void kindOfProxyIsThatOfTheContext(boolean proxyTargetClass) {
		runner(proxyTargetClass).run((context) -> assertThat(ProxyChecks.jdkProxiesAllowed(context.getBeanFactory()))
			.isEqualTo(!proxyTargetClass));
	}

	@Test
	void kindOfProxyMayBeThatOfABean() {
		runner(true).withUserConfiguration(FinalButProxyable.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(ProxyChecks.jdkProxiesAllowed(context.getBeanFactory())).isTrue();
		});
	}

	@Test
	void kindOfProxyIsOpenWithoutAProxyCreator() {
		DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();
		assertThat(ProxyChecks.jdkProxiesAllowed(beanFactory)).isTrue();
		DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
		creator.setProxyTargetClass(true);
		beanFactory.registerSingleton(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME, creator);
		assertThat(ProxyChecks.jdkProxiesAllowed(beanFactory)).isFalse();
	}

	private static void assertStarts(Class<?> type, boolean proxyTargetClass, boolean starts) {
		runner(proxyTargetClass).withUserConfiguration(type).run((context) -> {
			if (starts) {
				assertThat(context).hasNotFailed();
			}
			else {
				assertThat(context).getFailure().hasStackTraceContaining(AopConfigException.class.getName());
			}
		});
	}

	/**
	 * Has an advisor for all beans of this test.
	 */
	private static ApplicationContextRunner runner(boolean proxyTargetClass) {
		DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(
				(MethodInterceptor) (invocation) -> invocation.proceed());
		advisor.setPointcut(new StaticMethodMatcherPointcut() {

			@Override
			public boolean matches(Method method, Class<?> targetClass) {
				return targetClass.getName().startsWith(ProxyChecksTests.class.getName());
			}

		});
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
			.withPropertyValues("spring.aop.proxy-target-class=" + proxyTargetClass)
			.withBean("advisor", DefaultPointcutAdvisor.class, () -> advisor);
	}

	/**
	 * Makes classes that look like those of the Kotlin compiler.
	 */
	private static final class KotlinClasses extends ClassLoader {

		KotlinClasses() {
			super(ProxyChecksTests.class.getClassLoader());
			ClassWriter writer = new ClassWriter(0);
			writer.visit(Opcodes.V17, Opcodes.ACC_ANNOTATION | Opcodes.ACC_INTERFACE | Opcodes.ACC_ABSTRACT,
					"kotlin/Metadata", null, "java/lang/Object",
					new String[] { Type.getInternalName(Annotation.class) });
			AnnotationVisitor retention = writer.visitAnnotation(Type.getDescriptor(Retention.class), true);
			retention.visitEnum("value", Type.getDescriptor(RetentionPolicy.class), "RUNTIME");
			retention.visitEnd();
			define(writer);
		}

		Class<?> define(String name, int access) {
			ClassWriter writer = new ClassWriter(0);
			writer.visit(Opcodes.V17, access, name, null, "java/lang/Object", null);
			writer.visitAnnotation("Lkotlin/Metadata;", true).visitEnd();
			return define(writer);
		}

		private Class<?> define(ClassWriter writer) {
			byte[] bytes = writer.toByteArray();
			return defineClass(null, bytes, 0, bytes.length);
		}

	}

	interface Contract {

		void run();

	}

	static class Open {

	}

	static class Derived extends Open {

	}

	static class WithInterface implements Contract {

		@Override
		public void run() {
		}

	}

	static final class Final {

	}

	static final class Callbacks implements InitializingBean, DisposableBean, AutoCloseable {

		@Override
		public void afterPropertiesSet() {
		}

		@Override
		public void destroy() {
		}

		@Override
		public void close() {
		}

	}

	static final class FinalWithInterface implements Contract {

		@Override
		public void run() {
		}

	}

	@Proxyable(ProxyType.INTERFACES)
	static final class FinalButProxyable implements Contract {

		@Override
		public void run() {
		}

	}

	record Record() {

	}

	enum Enumeration {

		ONE

	}

	static sealed class Sealed permits Permitted {

	}

	static final class Permitted extends Sealed {

	}

}
