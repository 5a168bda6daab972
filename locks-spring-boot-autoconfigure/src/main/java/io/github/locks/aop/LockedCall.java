package io.github.locks.aop;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Runs a method under its lock and gives the lock back when the work is over.
 */
@FunctionalInterface
interface LockedCall {

	/**
	 * Runs the method.
	 * @param invocation the call
	 * @param method how it is to be locked
	 * @return what the caller gets
	 * @throws Throwable what the method threw, or why there was no lock
	 */
	@Nullable Object invoke(MethodInvocation invocation, LockedMethod method) throws Throwable;

}
