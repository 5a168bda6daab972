package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;

import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * What a locked method returns, and so when its work is over.
 *
 * @param type the declared type; of a suspend function the publisher that a proxy makes
 * of it
 * @param kind when the work is over
 * @param result what a suspend function declares to return, else the same as the type
 */
record ReturnType(Class<?> type, Kind kind, Class<?> result) {

	private static final boolean REACTOR_PRESENT = ClassUtils.isPresent("reactor.core.publisher.Flux",
			ReturnType.class.getClassLoader());

	/** Work that goes on after the method has returned, at a time nobody tells. */
	private static final Set<String> DETACHED = Set.of(BaseStream.class.getName(), Iterator.class.getName(),
			Spliterator.class.getName(), Callable.class.getName(),
			"org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody",
			"org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter",
			"org.springframework.web.context.request.async.DeferredResult",
			"org.springframework.web.context.request.async.WebAsyncTask", "kotlin.sequences.Sequence",
			"kotlinx.coroutines.Job", "kotlinx.coroutines.channels.ReceiveChannel");

	private static final Set<String> HTTP_ENTITY = Set.of("org.springframework.http.HttpEntity");

	private static final String FLOW = "kotlinx.coroutines.flow.Flow";

	/** Work that can be followed, but not with what is on the class path. */
	private static final Set<String> REACTIVE = Set.of("org.reactivestreams.Publisher",
			"java.util.concurrent.Flow$Publisher", FLOW);

	private static final Map<Class<?>, Object> EMPTY = Map.of(Optional.class, Optional.empty(), OptionalInt.class,
			OptionalInt.empty(), OptionalLong.class, OptionalLong.empty(), OptionalDouble.class,
			OptionalDouble.empty());

	private static final String REMEDY = "Return the finished value, a CompletableFuture, a Mono or a Flux, "
			+ "or take the lock through the LockManager.";

	static ReturnType of(LockDeclaration declaration, Method method, Class<?> targetClass) {
		ReturnType returns = KotlinFunctions.isSuspending(method) ? ofSuspending(declaration, method)
				: ofPlain(declaration, method);
		checkBody(declaration, method, targetClass);
		if (declaration.type() == LockType.DISTRIBUTED) {
			checkLossIsTold(declaration, returns);
		}
		if (declaration.skip()) {
			checkSkip(declaration, returns);
			checkNull(declaration, returns, method);
		}
		return returns;
	}

	private static ReturnType ofPlain(LockDeclaration declaration, Method method) {
		Class<?> type = method.getReturnType();
		checkFollowed(declaration, type);
		return new ReturnType(type, kindOf(type), type);
	}

	/**
	 * A proxy makes a publisher of a suspend function for its interceptors, and a suspend
	 * function again of the publisher that they return.
	 */
	private static ReturnType ofSuspending(LockDeclaration declaration, Method method) {
		String missing = REACTOR_PRESENT ? KotlinFunctions.missingLibrary() : "io.projectreactor:reactor-core";
		if (missing != null) {
			throw declaration.invalidMethod("a suspend function can only be followed with " + missing,
					"Add it to the class path.");
		}
		if (!KotlinDetector.isKotlinType(method.getDeclaringClass())) {
			throw declaration.invalidMethod("a suspend function must be written in Kotlin",
					"Return a CompletableFuture, a Mono or a Flux from Java.");
		}
		Class<?> result = KotlinFunctions.result(method);
		if (result.getName().equals(FLOW)) {
			return new ReturnType(Flux.class, Kind.REACTIVE, result);
		}
		if (isDetached(result) || kindOf(result) != Kind.PLAIN || isReactive(result)) {
			throw declaration.invalidMethod("the work of a suspend function that returns " + result.getName()
					+ " goes on when the lock was given back", "Return the finished value or a Flow.");
		}
		return new ReturnType(Mono.class, Kind.REACTIVE, result);
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

	private static void checkFollowed(LockDeclaration declaration, Class<?> type) {
		if (isDetached(type)) {
			throw detached(declaration, type.getName());
		}
		if (kindOf(type) == Kind.PLAIN && isReactive(type)) {
			throw declaration.invalidMethod(
					"the work behind " + type.getName()
							+ " can only be followed with reactor-core (and for Kotlin kotlinx-coroutines-reactor)",
					"Add it to the class path.");
		}
		checkConvertible(declaration, type);
	}

	private static void checkBody(LockDeclaration declaration, Method method, Class<?> targetClass) {
		ResolvableType type = KotlinFunctions.type(method, targetClass);
		Class<?> body = isA(type.resolve(), HTTP_ENTITY) ? type.getGeneric(0).resolve() : null;
		if (body != null && (isDetached(body) || kindOf(body) != Kind.PLAIN)) {
			throw detached(declaration, type.toClass().getName() + " of " + body.getName());
		}
	}

	private static InvalidLockAnnotationException detached(LockDeclaration declaration, String type) {
		String remedy = type.startsWith("kotlinx.") ? "Make it a suspend function, or return a Flow." : REMEDY;
		return declaration.invalidMethod(
				"the work of a method that returns " + type + " goes on when the lock was given back", remedy);
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

	/**
	 * Kotlin hands a {@code null} on where its type allows none, and fails far away.
	 */
	private static void checkNull(LockDeclaration declaration, ReturnType returns, Method method) {
		Class<?> result = returns.result();
		boolean emptyable = result == void.class || (empty(result) != null && returns.kind() == Kind.PLAIN);
		if (returns.isValue() && !emptyable && KotlinFunctions.isNeverNull(method)) {
			throw declaration.invalidSkip(
					"no " + result.getSimpleName() + " says 'skipped', and the type allows no null",
					"Return Unit or a nullable type, or use onFailure = THROW.");
		}
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

	/**
	 * Whether the caller gets the value itself: of a plain method, or of a suspend
	 * function.
	 */
	private boolean isValue() {
		return this.kind == Kind.PLAIN || (this.type != this.result && !this.result.getName().equals(FLOW));
	}

	/**
	 * Returns what a method gives that was skipped.
	 * @return an empty value of the type, or {@code null} if there is none
	 */
	static @Nullable Object empty(Class<?> type) {
		return EMPTY.get(type);
	}

	boolean acceptsCompletableFuture() {
		return this.type.isAssignableFrom(CompletableFuture.class);
	}

	/**
	 * Whether a value returned under the declared type {@code Object} stands for work
	 * that goes on.
	 */
	boolean isUnexpectedlyDeferred(@Nullable Object returned) {
		if (this.result != Object.class || returned == null) {
			return false;
		}
		Class<?> actual = returned.getClass();
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
