package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;

import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;

/**
 * Looks at a class with locked methods as a whole: whether it can have a proxy, and
 * whether it calls its locked methods past that proxy.
 */
final class ClassChecks {

	private final ConfigurableBeanFactory beanFactory;

	private final StartUpReport report;

	ClassChecks(ConfigurableBeanFactory beanFactory, StartUpReport report) {
		this.beanFactory = beanFactory;
		this.report = report;
	}

	/**
	 * Checks a class.
	 * @param userClass the class of a bean, not that of its proxy
	 * @param locked its locked methods that can work
	 * @throws InvalidLockAnnotationException if a problem is to stop the start
	 */
	void check(Class<?> userClass, Map<Method, LockedMethod> locked) {
		if (!this.report.isOn() || locked.isEmpty()) {
			return;
		}
		checkProxy(userClass, locked.values().iterator().next());
		for (SelfInvocation call : SelfInvocations.find(userClass, locked.keySet())) {
			LockedMethod callee = Objects.requireNonNull(locked.get(call.callee()));
			Method caller = call.lockedCaller();
			if (caller == null || !covers(locked.get(caller), callee)) {
				this.report.doubtful(new InvalidLockAnnotationException(
						call.where() + " calls " + call.callee().getName() + " on 'this', past the proxy, so "
								+ callee.describe() + " has no effect there.",
						"Move the method to another bean, call it through an injected proxy of this bean, or take the"
								+ " lock through the LockManager."));
			}
		}
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
