package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;

import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * What a locked method returns, and so when its work is over.
 *
 * @param type the declared type
 * @param kind when the work is over
 */
record ReturnType(Class<?> type, Kind kind) {

	private static final boolean REACTOR_PRESENT = ClassUtils.isPresent("reactor.core.publisher.Flux",
			ReturnType.class.getClassLoader());

	/** Work that goes on after the method has returned, at a time nobody tells. */
	private static final Set<String> DETACHED = Set.of(BaseStream.class.getName(), Callable.class.getName(),
			"org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody",
			"org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter",
			"org.springframework.web.context.request.async.DeferredResult",
			"org.springframework.web.context.request.async.WebAsyncTask", "kotlin.sequences.Sequence");

	/** Work that can be followed, but not with what is on the class path. */
	private static final Set<String> REACTIVE = Set.of("org.reactivestreams.Publisher",
			"java.util.concurrent.Flow$Publisher", "kotlinx.coroutines.flow.Flow", "kotlinx.coroutines.Deferred");

	private static final String REMEDY = "Return the finished value, a CompletableFuture, a Mono or a Flux, "
			+ "or take the lock through the LockManager.";

	static ReturnType of(LockDeclaration declaration, Method method, Class<?> targetClass) {
		Class<?> type = method.getReturnType();
		checkFollowed(declaration, method, targetClass);
		ReturnType returns = new ReturnType(type, kindOf(type));
		if (declaration.type() == LockType.DISTRIBUTED) {
			checkLossIsTold(declaration, returns);
		}
		if (declaration.skip()) {
			checkSkip(declaration, returns);
		}
		return returns;
	}

	private static Kind kindOf(Class<?> type) {
		if (Future.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type)) {
			return Kind.FUTURE;
		}
		return (REACTOR_PRESENT && adapter(type) != null) ? Kind.REACTIVE : Kind.PLAIN;
	}

	static @Nullable ReactiveAdapter adapter(Class<?> type) {
		return ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
	}

	private static void checkFollowed(LockDeclaration declaration, Method method, Class<?> targetClass) {
		if (isSuspending(method)) {
			throw declaration.invalidMethod("a suspend function returns before its work is over",
					"Return a Mono or a Flux, or take the lock through the LockManager.");
		}
		Class<?> type = method.getReturnType();
		Class<?> body = httpBody(method, targetClass);
		if (isDetached(type) || (body != null && (isDetached(body) || kindOf(body) != Kind.PLAIN))) {
			throw declaration.invalidMethod(
					"the work of a method that returns " + name(type, body) + " goes on when the lock was given back",
					REMEDY);
		}
		if (kindOf(type) == Kind.PLAIN && isReactive(type)) {
			throw declaration.invalidMethod(
					"the work behind " + type.getName()
							+ " can only be followed with reactor-core (and for Kotlin kotlinx-coroutines-reactor)",
					"Add it to the class path.");
		}
		checkConvertible(declaration, type);
	}

	private static void checkConvertible(LockDeclaration declaration, Class<?> type) {
		ReactiveAdapter adapter = (kindOf(type) == Kind.REACTIVE) ? adapter(type) : null;
		if (adapter != null && !type.isAssignableFrom(adapter.getReactiveType())) {
			throw declaration.invalidMethod("a locked " + type.getName() + " cannot be made",
					"Declare " + adapter.getReactiveType().getName() + " as the return type.");
		}
	}

	/**
	 * The caller gets the future of the method itself, which knows nothing of locks.
	 */
	private static void checkLossIsTold(LockDeclaration declaration, ReturnType returns) {
		if (returns.kind() == Kind.FUTURE && !returns.acceptsCompletableFuture()) {
			throw declaration.invalidMethod("the loss of the lock cannot be told through a " + returns.type().getName(),
					REMEDY);
		}
	}

	private static void checkSkip(LockDeclaration declaration, ReturnType returns) {
		Class<?> type = returns.type();
		if (type.isPrimitive() && type != void.class) {
			throw declaration.invalidSkip("there is no " + type + " that says 'skipped'",
					"Return void, an Optional or a reference, or use onFailure = THROW.");
		}
		ReactiveAdapter adapter = (returns.kind() == Kind.REACTIVE) ? adapter(type) : null;
		boolean empty = (adapter == null) || adapter.supportsEmpty();
		if (!empty || (returns.kind() == Kind.FUTURE && !returns.acceptsCompletableFuture())) {
			throw declaration.invalidSkip("there is no empty " + type.getName(),
					"Return a CompletableFuture, a Mono or a Flux, or use onFailure = THROW.");
		}
	}

	private static boolean isSuspending(Method method) {
		Class<?>[] parameters = method.getParameterTypes();
		return parameters.length > 0
				&& parameters[parameters.length - 1].getName().equals("kotlin.coroutines.Continuation");
	}

	private static @Nullable Class<?> httpBody(Method method, Class<?> targetClass) {
		if (!isA(method.getReturnType(), Set.of("org.springframework.http.HttpEntity"))) {
			return null;
		}
		return ResolvableType.forMethodReturnType(method, targetClass).getGeneric(0).resolve();
	}

	private static String name(Class<?> type, @Nullable Class<?> body) {
		return (body != null) ? type.getName() + " of " + body.getName() : type.getName();
	}

	private static boolean isDetached(Class<?> type) {
		return isA(type, DETACHED);
	}

	private static boolean isReactive(Class<?> type) {
		return isA(type, REACTIVE) || adapter(type) != null;
	}

	private static boolean isA(@Nullable Class<?> type, Set<String> names) {
		if (type == null || names.contains(type.getName())) {
			return type != null;
		}
		for (Class<?> implemented : type.getInterfaces()) {
			if (isA(implemented, names)) {
				return true;
			}
		}
		return isA(type.getSuperclass(), names);
	}

	boolean acceptsCompletableFuture() {
		return this.type.isAssignableFrom(CompletableFuture.class);
	}

	/**
	 * Whether a value returned under the declared type {@code Object} stands for work
	 * that goes on.
	 */
	boolean isUnexpectedlyDeferred(@Nullable Object result) {
		if (this.type != Object.class || result == null) {
			return false;
		}
		Class<?> actual = result.getClass();
		return kindOf(actual) != Kind.PLAIN || isDetached(actual) || isReactive(actual);
	}

	/**
	 * When the work of a method is over.
	 */
	enum Kind {

		/** When the method returns. */
		PLAIN,

		/** When the future that the method returned is done. */
		FUTURE,

		/** When the subscription to what the method returned ends. */
		REACTIVE

	}

}
