package io.github.locks.aop;

import java.util.Arrays;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.BaseStream;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpEntity;
import org.springframework.util.ClassUtils;

/**
 * Finds work that is not over yet in what a method returns: what only happens when
 * somebody asks for it, subscribes to it or writes it to a response. Such work would run
 * without the lock.
 * <p>
 * Looks through {@code Optional}, HTTP entities, arrays, collections and maps. What the
 * declared type leaves open is to be looked at when the value is there.
 */
final class UnfinishedWork {

	static final String FLOW = "kotlinx.coroutines.flow.Flow";

	/** Work that goes on after the method has returned, at a time nobody tells. */
	private static final Set<String> DETACHED = Set.of(BaseStream.class.getName(), Iterator.class.getName(),
			Spliterator.class.getName(), Enumeration.class.getName(), Callable.class.getName(),
			"org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody",
			"org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter",
			"org.springframework.web.context.request.async.DeferredResult",
			"org.springframework.web.context.request.async.WebAsyncTask",
			"org.springframework.web.servlet.function.ServerResponse",
			"org.springframework.web.reactive.function.server.ServerResponse", "kotlin.sequences.Sequence",
			"kotlinx.coroutines.Job", "kotlinx.coroutines.channels.ReceiveChannel");

	/** Types whose implementations may as well be values, as a {@code Page} is. */
	private static final Set<Class<?>> SUPPLIERS = Set.of(Supplier.class, BooleanSupplier.class, IntSupplier.class,
			LongSupplier.class, DoubleSupplier.class);

	/** Work that can be followed, but not with what is on the class path. */
	private static final Set<String> REACTIVE = Set.of("org.reactivestreams.Publisher",
			"java.util.concurrent.Flow$Publisher", FLOW);

	private static final String HTTP_ENTITY = "org.springframework.http.HttpEntity";

	private static final boolean HTTP_ENTITY_PRESENT = ClassUtils.isPresent(HTTP_ENTITY,
			UnfinishedWork.class.getClassLoader());

	/** Types may contain themselves, as a {@code Path} is an {@code Iterable<Path>}. */
	private static final int MAX_DEPTH = 8;

	/** How many elements of a collection are looked at. */
	private static final int MAX_ELEMENTS = 100;

	private static final ClassValue<Boolean> UNFINISHED = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			return isFollowed(type) || isDetached(type);
		}

	};

	private UnfinishedWork() {
	}

	/**
	 * Whether a type stands for work whose end nobody tells.
	 */
	static boolean isDetached(Class<?> type) {
		return isA(type, DETACHED) || SUPPLIERS.contains(type) || (ClassUtils.isLambdaClass(type)
				&& Arrays.stream(type.getInterfaces()).anyMatch(SUPPLIERS::contains));
	}

	/**
	 * Whether a type is reactive, even if what follows it is not on the class path.
	 */
	static boolean isReactive(Class<?> type) {
		return isA(type, REACTIVE) || ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null;
	}

	/**
	 * Whether a type stands for work whose end can be told, by a future or publisher.
	 */
	private static boolean isFollowed(Class<?> type) {
		return Future.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type) || isReactive(type);
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
	 * Finds unfinished work that a type declares, the type itself included.
	 * @return the class that stands for it, or {@code null} if there is none
	 */
	static @Nullable Class<?> declaredIn(ResolvableType type) {
		return declaredIn(type, 0);
	}

	private static @Nullable Class<?> declaredIn(ResolvableType type, int depth) {
		Class<?> resolved = type.toClass();
		if (UNFINISHED.get(resolved)) {
			return resolved;
		}
		for (ResolvableType content : (depth < MAX_DEPTH) ? contents(type, resolved) : List.<ResolvableType>of()) {
			Class<?> found = declaredIn(content, depth + 1);
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	/**
	 * Whether a type does not say everything, so that a value of it is to be looked at.
	 */
	static boolean isLeftOpenBy(ResolvableType type) {
		return isLeftOpenBy(type, 0);
	}

	private static boolean isLeftOpenBy(ResolvableType type, int depth) {
		Class<?> resolved = type.toClass();
		return resolved == Object.class || (depth < MAX_DEPTH
				&& contents(type, resolved).stream().anyMatch((content) -> isLeftOpenBy(content, depth + 1)));
	}

	private static List<ResolvableType> contents(ResolvableType type, Class<?> resolved) {
		if (type.isArray()) {
			return List.of(type.getComponentType());
		}
		if (resolved == Optional.class || isA(resolved, Set.of(HTTP_ENTITY))) {
			return List.of(entity(type, resolved).getGeneric(0));
		}
		if (Map.class.isAssignableFrom(resolved)) {
			ResolvableType map = type.as(Map.class);
			return List.of(map.getGeneric(0), map.getGeneric(1));
		}
		return Iterable.class.isAssignableFrom(resolved) ? List.of(type.as(Iterable.class).getGeneric(0)) : List.of();
	}

	private static ResolvableType entity(ResolvableType type, Class<?> resolved) {
		return (resolved != Optional.class) ? type.as(Entities.type()) : type;
	}

	/**
	 * Finds unfinished work in a value, the value itself included. Looks at the first
	 * elements of collections of the JDK, and not into other ones: that might be work.
	 * @return what stands for it, or {@code null} if there is none
	 */
	static @Nullable Object foundIn(@Nullable Object value) {
		return foundIn(value, 0);
	}

	private static @Nullable Object foundIn(@Nullable Object value, int depth) {
		if (value == null || value instanceof CharSequence || value instanceof Number || depth > MAX_DEPTH) {
			return null;
		}
		if (UNFINISHED.get(value.getClass())) {
			return value;
		}
		if (value instanceof Optional<?> optional) {
			return foundIn(optional.orElse(null), depth + 1);
		}
		if (value instanceof Object[] array) {
			return foundAmong(Arrays.asList(array), depth + 1);
		}
		if (value instanceof Collection<?> collection && hasItsElements(value)) {
			return foundAmong(collection, depth + 1);
		}
		if (value instanceof Map<?, ?> map && hasItsElements(value)) {
			return foundAmong(map.values(), depth + 1);
		}
		return (HTTP_ENTITY_PRESENT && Entities.type().isInstance(value)) ? foundIn(Entities.body(value), depth + 1)
				: null;
	}

	private static @Nullable Object foundAmong(Collection<?> elements, int depth) {
		try {
			return elements.stream()
				.limit(MAX_ELEMENTS)
				.map((element) -> foundIn(element, depth))
				.filter(Objects::nonNull)
				.findFirst()
				.orElse(null);
		}
		catch (ConcurrentModificationException ex) {
			return null; // somebody works on it, but not this method
		}
	}

	/**
	 * Whether the elements are there, and not fetched or computed when somebody asks for
	 * them. A view of the JDK has those of another collection.
	 */
	private static boolean hasItsElements(Object container) {
		String type = container.getClass().getName();
		return type.startsWith("java.util.") && !type.startsWith("java.util.AbstractList$")
				&& (!type.startsWith("java.util.Collections$") || type.startsWith("java.util.Collections$Singleton"));
	}

	/**
	 * Loaded only where there are HTTP entities.
	 */
	private static final class Entities {

		static Class<?> type() {
			return HttpEntity.class;
		}

		static @Nullable Object body(Object entity) {
			return ((HttpEntity<?>) entity).getBody();
		}

	}

}
