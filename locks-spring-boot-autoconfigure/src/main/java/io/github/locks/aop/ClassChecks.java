package io.github.locks.aop;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

import io.github.locks.LockType;
import io.github.locks.annotation.FencingToken;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ReflectionUtils;

/**
 * Looks at a class with locked methods as a whole: whether it can have a proxy, and
 * whether it calls its locked methods past that proxy.
 */
final class ClassChecks {

	private static final ParameterNameDiscoverer DISCOVERER = new DefaultParameterNameDiscoverer();

	private static final Set<String> LIFECYCLE = Set.of("jakarta.annotation.PostConstruct",
			"jakarta.annotation.PreDestroy");

	private final ConfigurableBeanFactory beanFactory;

	private final StartUpReport report;

	ClassChecks(ConfigurableBeanFactory beanFactory, StartUpReport report) {
		this.beanFactory = beanFactory;
		this.report = report;
	}

	/**
	 * Checks a class.
	 * @param annotations those of the class of a bean, not that of its proxy
	 * @param annotated its methods with locks
	 * @param locked those of them that can work
	 * @throws InvalidLockAnnotationException if a problem is to stop the start
	 */
	void check(LockAnnotations annotations, Set<Method> annotated, Map<Method, LockedMethod> locked) {
		if (!this.report.isOn()) {
			return;
		}
		Class<?> userClass = annotations.targetClass();
		checkTokens(userClass, annotated);
		if (annotated.stream().noneMatch((method) -> Modifier.isPublic(method.getModifiers()))) {
			checkType(annotations);
		}
		if (locked.isEmpty()) {
			return;
		}
		checkProxy(userClass, locked.values().iterator().next());
		locked.forEach(this::checkMethod);
		for (SelfInvocation call : SelfInvocations.find(userClass, locked.keySet())) {
			LockedMethod callee = Objects.requireNonNull(locked.get(call.callee()));
			Method caller = call.lockedCaller();
			boolean covered = caller != null && covers(locked.get(caller), callee);
			if (!covered && !isBeanMethod(call.callee())) {
				this.report.doubtful(new InvalidLockAnnotationException(
						call.where() + " calls " + call.callee().getName() + " on 'this', past the proxy, so "
								+ callee.describe() + " has no effect there.",
						"Move the method to another bean, call it through an injected proxy of this bean, or take the"
								+ " lock through the LockManager."));
			}
		}
	}

	/**
	 * Calls among the {@code @Bean} methods of a configuration go through its proxy.
	 */
	private static boolean isBeanMethod(Method method) {
		return AnnotatedElementUtils.hasAnnotation(method, Bean.class);
	}

	private void checkMethod(Method method, LockedMethod locked) {
		for (MethodLock lock : locked.locks()) {
			String argument = argumentIn(lock.template().literal(), method);
			if (argument != null) {
				this.report.doubtful(new InvalidLockAnnotationException(lock.declaration().describe()
						+ " is text: all calls share one lock, whatever '#" + argument + "' is.",
						"Write #{#" + argument + "} for the argument."));
			}
		}
		if (MergedAnnotations.from(method).stream().anyMatch((each) -> LIFECYCLE.contains(each.getType().getName()))) {
			this.report.doubtful(new InvalidLockAnnotationException(
					locked.describe() + " has no effect: the method is called before the bean has its proxy.",
					"Take the lock inside the method through the LockManager."));
		}
	}

	private static @Nullable String argumentIn(@Nullable String literal, Method method) {
		@Nullable String @Nullable [] names = DISCOVERER.getParameterNames(method);
		if (literal == null || names == null) {
			return null;
		}
		return Arrays.stream(names)
			.filter((name) -> name != null
					&& Pattern.compile("#" + Pattern.quote(name) + "\\b").matcher(literal).find())
			.findFirst()
			.orElse(null);
	}

	/**
	 * An annotation of the class covers public methods only.
	 */
	private void checkType(LockAnnotations annotations) {
		try {
			for (LockDeclaration declaration : annotations.findOnType()) {
				this.report.doubtful(new InvalidLockAnnotationException(
						declaration.describe() + " has no effect: it covers no method, as none is public.",
						"Make the methods public, or annotate them."));
			}
		}
		catch (InvalidLockAnnotationException ex) {
			this.report.doubtful(ex);
		}
	}

	/**
	 * A token without a lock would be the one that the caller passed.
	 */
	private void checkTokens(Class<?> userClass, Set<Method> annotated) {
		ReflectionUtils.doWithMethods(userClass, (method) -> {
			if (!annotated.contains(AopUtils.getMostSpecificMethod(method, userClass))) {
				this.report
					.impossible(new InvalidLockAnnotationException(
							"@FencingToken on a parameter of " + LockDeclaration.where(method, userClass)
									+ " can never work: the method has no lock.",
							"Add @DistributedLock, or remove it."), "");
			}
		}, ClassChecks::takesToken);
	}

	/**
	 * Most methods have no annotation on a parameter at all; then there is nothing to
	 * read.
	 */
	private static boolean takesToken(Method method) {
		if (method.getParameterCount() == 0 || method.isSynthetic()) {
			return false;
		}
		for (Annotation[] annotations : method.getParameterAnnotations()) {
			for (Annotation annotation : annotations) {
				if (annotation instanceof FencingToken) {
					return true;
				}
			}
		}
		return false;
	}

	private void checkProxy(Class<?> userClass, LockedMethod method) {
		String problem = ProxyChecks.problemOf(userClass, ProxyChecks.jdkProxiesAllowed(this.beanFactory));
		if (problem != null) {
			this.report.impossible(new InvalidLockAnnotationException(
					method.describe() + " can never work: " + problem + ".", ProxyChecks.remedyFor(userClass)), "");
		}
	}

	/**
	 * Whether who runs one method has all the locks of another one already.
	 */
	private static boolean covers(@Nullable LockedMethod caller, LockedMethod callee) {
		return caller != null && callee.locks()
			.stream()
			.allMatch((wanted) -> caller.locks().stream().anyMatch((held) -> covers(held, wanted)));
	}

	private static boolean covers(MethodLock held, MethodLock wanted) {
		boolean sameKind = held.type() == wanted.type()
				|| (held.type() == LockType.WRITE && wanted.type() == LockType.READ);
		String name = held.template().literal();
		return sameKind && held.condition() == null && name != null && name.equals(wanted.template().literal());
	}

}
