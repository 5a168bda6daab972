package io.github.locks.aop;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockRequest;

/**
 * A lock manager that remembers what it was asked for, and what it gave.
 */
final class RecordedLocks {

	private final LockManager manager;

	private final Map<String, Grant> last = new ConcurrentHashMap<>();

	RecordedLocks(LockManager manager) {
		this.manager = manager;
	}

	/**
	 * Returns the manager itself, whose use is not recorded.
	 */
	LockManager manager() {
		return this.manager;
	}

	/**
	 * Returns the manager for the use that is recorded.
	 */
	LockManager recorded() {
		return (LockManager) Proxy.newProxyInstance(LockManager.class.getClassLoader(),
				new Class<?>[] { LockManager.class }, (proxy, method, arguments) -> record(method, arguments));
	}

	@SuppressWarnings("unchecked")
	private Object record(Method method, Object[] arguments) throws Throwable {
		Object result;
		try {
			result = method.invoke(this.manager, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
		if (result instanceof LockHandle handle) {
			remember((LockRequest) arguments[0], CompletableFuture.completedFuture(handle));
		}
		else if (result instanceof CompletableFuture<?> future) {
			remember((LockRequest) arguments[0], (CompletableFuture<LockHandle>) future);
		}
		return result;
	}

	private void remember(LockRequest request, CompletableFuture<LockHandle> handle) {
		this.last.put(request.resource(), new Grant(request, handle));
	}

	/**
	 * Returns the last request for a resource.
	 */
	LockRequest request(String resource) {
		return grant(resource).request();
	}

	/**
	 * Returns what the last request for a resource was granted.
	 */
	LockHandle handle(String resource) {
		return grant(resource).handle().join();
	}

	private Grant grant(String resource) {
		return Objects.requireNonNull(this.last.get(resource), resource);
	}

	private record Grant(LockRequest request, CompletableFuture<LockHandle> handle) {

	}

}
