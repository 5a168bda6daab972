package io.github.locks.benchmarks;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Objects;

import io.github.locks.annotation.WriteLock;
import org.aopalliance.intercept.MethodInterceptor;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;

import org.springframework.aop.Advisor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.SpelCompilerMode;
import org.springframework.expression.spel.SpelParserConfiguration;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * The beans whose methods are called, and their advice. Each advice is for one bean only.
 */
final class Beans {

	private Beans() {
	}

	/** The application. */
	@Configuration(proxyBeanMethods = false)
	@EnableAspectJAutoProxy(proxyTargetClass = true)
	@Import({ Advised.class, Named.class, Woven.class, WovenAndBound.class, Locked.class, EmptyAspect.class,
			EmptyBoundAspect.class })
	static class Application {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor emptyAdvisor() {
			return advisor(Advised.class, (invocation) -> invocation.proceed());
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor namingAdvisor() {
			Expression expression = new SpelExpressionParser(
					new SpelParserConfiguration(SpelCompilerMode.IMMEDIATE, Beans.class.getClassLoader()))
				.parseExpression("'orders:' + #id");
			ParameterNameDiscoverer names = new DefaultParameterNameDiscoverer();
			return advisor(Named.class, (invocation) -> {
				Object target = Objects.requireNonNull(invocation.getThis());
				String name = expression.getValue(new MethodBasedEvaluationContext(target, invocation.getMethod(),
						invocation.getArguments(), names), String.class);
				return (name != null) ? invocation.proceed() : null;
			});
		}

		private static Advisor advisor(Class<?> bean, MethodInterceptor advice) {
			NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
			pointcut.setMappedName("call");
			pointcut.setClassFilter(bean::isAssignableFrom);
			return new DefaultPointcutAdvisor(pointcut, advice);
		}

	}

	/** Has an advisor for one of its methods. */
	static class Advised {

		public long unadvised(long id) {
			return id + 1;
		}

		public long call(long id) {
			return id + 1;
		}

	}

	/** Has an advisor that makes a name. */
	static class Named {

		public long call(long id) {
			return id + 1;
		}

	}

	/** Has an aspect. */
	static class Woven {

		public long call(long id) {
			return id + 1;
		}

	}

	/** Has an aspect that sees the annotation. */
	static class WovenAndBound {

		@Marked("orders")
		public long call(long id) {
			return id + 1;
		}

	}

	/** Has locks. */
	static class Locked {

		@WriteLock("orders")
		public long literal(long id) {
			return id + 1;
		}

		@WriteLock("orders:#{#id}")
		public long argument(long id) {
			return id + 1;
		}

		@WriteLock("orders:#{#order.id}")
		public long property(Order order) {
			return order.id() + 1;
		}

		@WriteLock("orders:#{#order.key()}")
		public long method(Order order) {
			return order.id() + 1;
		}

	}

	/** An argument. */
	public record Order(long id) {

		static final Order SAMPLE = new Order(42);

		public String key() {
			return "42";
		}

	}

	/** What the bound aspect looks for. */
	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@interface Marked {

		String value();

	}

	/** Does nothing. */
	@Aspect
	static class EmptyAspect {

		@Around("execution(* io.github.locks.benchmarks.Beans.Woven.call(..))")
		public Object around(ProceedingJoinPoint call) throws Throwable {
			return call.proceed();
		}

	}

	/** Does nothing with the annotation. */
	@Aspect
	static class EmptyBoundAspect {

		@Around("@annotation(marked)")
		public Object around(ProceedingJoinPoint call, Marked marked) throws Throwable {
			return call.proceed();
		}

	}

}
