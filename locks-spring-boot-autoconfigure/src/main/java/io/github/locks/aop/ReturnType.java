package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import io.github.locks.LockScope;
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
 * @param open whether the declaration leaves open what the caller gets, so that it is to
 * be looked at for work that goes on
 */
record ReturnType(Class<?> type, Kind kind, Class<?> result, boolean open) {

	private static final boolean REACTOR_PRESENT = ClassUtils.isPresent("reactor.core.publisher.Flux",
			ReturnType.class.getClassLoader());

	private static final Map<Class<?>, Object> EMPTY = Map.of(Optional.class, Optional.empty(), OptionalInt.class,
			OptionalInt.empty(), OptionalLong.class, OptionalLong.empty(), OptionalDouble.class,
			OptionalDouble.empty());

	private static final String REMEDY = "Return the finished value, a CompletableFuture, a Mono or a Flux, "
			+ "or take the lock through the LockManager.";

	static final String REMEDY_INSIDE = "Return finished values, in one CompletableFuture, Mono or Flux at most"
			+ " (see thenCompose, flatMap and collectList), or lock the method that does the work.";

	static ReturnType of(LockDeclaration declaration, Method method, Class<?> targetClass) {
		ResolvableType type = KotlinFunctions.type(method, targetClass);
		ReturnType returns = KotlinFunctions.isSuspending(method) ? ofSuspending(declaration, method, type)
				: ofPlain(declaration, type);
		checkInside(declaration, returns, type);
		if (declaration.scope() == LockScope.DISTRIBUTED) {
			checkLossIsTold(declaration, returns);
		}
		if (declaration.skip()) {
			checkSkip(declaration, returns);
			checkNull(declaration, returns, method);
		}
		return returns;
	}

	private static ReturnType ofPlain(LockDeclaration declaration, ResolvableType declared) {
		Class<?> type = declared.toClass();
		checkFollowed(declaration, type);
		Kind kind = kindOf(type);
		return new ReturnType(type, kind, type, UnfinishedWork.isLeftOpenBy(received(declared, kind)));
	}

	/**
	 * A proxy makes a publisher of a suspend function for its interceptors, and a suspend
	 * function again of the publisher that they return.
	 */
	private static ReturnType ofSuspending(LockDeclaration declaration, Method method, ResolvableType declared) {
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
		if (result.getName().equals(UnfinishedWork.FLOW)) {
			return new ReturnType(Flux.class, Kind.REACTIVE, result,
					UnfinishedWork.isLeftOpenBy(declared.getGeneric(0)));
		}
		if (UnfinishedWork.isDetached(result) || kindOf(result) != Kind.PLAIN || UnfinishedWork.isReactive(result)) {
			throw declaration.invalidMethod("the work of a suspend function that returns " + result.getName()
					+ " goes on when the lock was given back", "Return the finished value or a Flow.");
		}
		return new ReturnType(Mono.class, Kind.REACTIVE, result, UnfinishedWork.isLeftOpenBy(declared));
	}

	/**
	 * Returns the type of what a caller gets when the work is over.
	 */
	private static ResolvableType received(ResolvableType declared, Kind kind) {
		return switch (kind) {
			case PLAIN -> declared;
			case FUTURE ->
				declared.as(Future.class.isAssignableFrom(declared.toClass()) ? Future.class : CompletionStage.class)
					.getGeneric(0);
			case REACTIVE -> Objects.requireNonNull(adapter(declared.toClass())).isNoValue()
					? ResolvableType.forClass(Void.class) : declared.getGeneric(0);
		};
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
		if (UnfinishedWork.isDetached(type)) {
			throw detached(declaration, type.getName());
		}
		if (kindOf(type) == Kind.PLAIN && UnfinishedWork.isReactive(type)) {
			throw declaration.invalidMethod(
					"the work behind " + type.getName()
							+ " can only be followed with reactor-core (and for Kotlin kotlinx-coroutines-reactor)",
					"Add it to the class path.");
		}
		checkConvertible(declaration, type);
	}

	/**
	 * The end of the work is the end of what the method returns, not of what is in that.
	 */
	private static void checkInside(LockDeclaration declaration, ReturnType returns, ResolvableType declared) {
		Kind kind = (returns.type() == returns.result()) ? returns.kind() : Kind.PLAIN;
		ResolvableType received = UnfinishedWork.FLOW.equals(returns.result().getName()) ? declared.getGeneric(0)
				: received(declared, kind);
		Class<?> found = UnfinishedWork.declaredIn(received);
		if (found != null) {
			throw declaration.invalidMethod("the work of the " + found.getName() + " in the " + declared
					+ " that the method returns goes on when the lock was given back", REMEDY_INSIDE);
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

	/**
	 * Whether the caller gets the value itself: of a plain method, or of a suspend
	 * function.
	 */
	boolean isValue() {
		return this.kind == Kind.PLAIN
				|| (this.type != this.result && !this.result.getName().equals(UnfinishedWork.FLOW));
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
	 * Looks at what a caller is to get for work that goes on and was not declared.
	 * @return what stands for it, or {@code null} if there is none
	 */
	@Nullable Object unfinishedIn(@Nullable Object received) {
		return this.open ? UnfinishedWork.foundIn(received) : null;
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
