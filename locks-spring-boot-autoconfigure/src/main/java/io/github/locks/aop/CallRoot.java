package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.Arrays;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * What templates see as {@code #root}. The accessors are public for the expression
 * language.
 */
final class CallRoot {

	private final MethodInvocation invocation;

	CallRoot(MethodInvocation invocation) {
		this.invocation = invocation;
	}

	/**
	 * Returns the method that was called.
	 * @return the method
	 */
	public Method getMethod() {
		return this.invocation.getMethod();
	}

	/**
	 * Returns the bean behind the proxy.
	 * @return the target, or {@code null} if there is none
	 */
	public @Nullable Object getTarget() {
		return this.invocation.getThis();
	}

	/**
	 * Returns the arguments of the call, without the hidden one of a suspend function.
	 * @return the arguments
	 */
	public @Nullable Object[] getArgs() {
		@Nullable Object[] arguments = this.invocation.getArguments();
		return KotlinFunctions.isSuspending(getMethod()) ? Arrays.copyOf(arguments, arguments.length - 1) : arguments;
	}

	@Nullable Object argument(int index) {
		return this.invocation.getArguments()[index];
	}

}
