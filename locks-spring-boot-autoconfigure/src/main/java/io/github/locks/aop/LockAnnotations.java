package io.github.locks.aop;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import io.github.locks.LockNames;
import io.github.locks.LockType;
import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import io.github.locks.aop.LockDeclaration.Attribute;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotationConfigurationException;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the annotations that apply to the methods of one class: the method's own, else
 * those of the method it overrides or implements, else those of the class, which are for
 * public methods only. Those of the class are read once.
 */
final class LockAnnotations {

	private static final Map<Class<? extends Annotation>, LockType> TYPES = Map.of(ReadLock.class, LockType.READ,
			WriteLock.class, LockType.WRITE, DistributedLock.class, LockType.DISTRIBUTED);

	private final Class<?> targetClass;

	private volatile @Nullable List<MergedAnnotation<Annotation>> onType;

	/**
	 * Creates a finder.
	 * @param targetClass the class of a bean
	 */
	LockAnnotations(Class<?> targetClass) {
		this.targetClass = targetClass;
	}

	Class<?> targetClass() {
		return this.targetClass;
	}

	/**
	 * Finds the annotations that apply to a method.
	 * @param method the most specific method, no bridge
	 * @return what was found; empty if the method is not to be locked
	 */
	List<LockDeclaration> find(Method method) {
		String where = LockDeclaration.where(method, this.targetClass);
		List<LockDeclaration> found = findOnMethods(method, where);
		if (!found.isEmpty() || !isCoveredByType(method)) {
			return found;
		}
		return declarations(this::onType, where).stream()
			.filter((declaration) -> !isFallback(method, declaration))
			.toList();
	}

	/**
	 * Finds the annotations of the class itself, whatever methods it has.
	 * @return what was found; empty if the class has none
	 */
	List<LockDeclaration> findOnType() {
		return declarations(this::onType, this.targetClass.getName());
	}

	private List<LockDeclaration> findOnMethods(Method method, String where) {
		List<LockDeclaration> found = declarations(() -> locks(method), where);
		return (found.isEmpty() && isPublicInstanceMethod(method)) ? findOnInterfaces(method, where) : found;
	}

	private List<MergedAnnotation<Annotation>> onType() {
		List<MergedAnnotation<Annotation>> known = this.onType;
		if (known == null) {
			known = locks(this.targetClass);
			this.onType = known;
		}
		return known;
	}

	/**
	 * The fallback that the annotation of a class names is called because there is no
	 * lock. Other methods of that name are locked.
	 */
	private boolean isFallback(Method method, LockDeclaration declaration) {
		String name = declaration.text(Attribute.FALLBACK).strip();
		return method.getName().equals(name) && Arrays
			.stream(ReflectionUtils.getUniqueDeclaredMethods(this.targetClass,
					(other) -> isCoveredByType(other) && !other.isBridge()))
			.filter((other) -> findOnMethods(other, declaration.where()).isEmpty())
			.anyMatch((other) -> Fallback.isFallback(method, other, this.targetClass));
	}

	/**
	 * Whether a method has annotations of its own.
	 */
	static boolean areOn(Method method) {
		return !locks(method).isEmpty();
	}

	/**
	 * Looks at interfaces that only a subclass of the declaring class implements: the
	 * hierarchy of the method does not lead there.
	 */
	private List<LockDeclaration> findOnInterfaces(Method method, String where) {
		if (method.getDeclaringClass() == this.targetClass) {
			return List.of();
		}
		for (Class<?> type : ClassUtils.getAllInterfacesForClassAsSet(this.targetClass)) {
			Method declared = type.isAssignableFrom(method.getDeclaringClass()) ? null
					: ClassUtils.getMethodIfAvailable(type, method.getName(), method.getParameterTypes());
			List<LockDeclaration> found = (declared != null) ? declarations(() -> locks(declared), where) : List.of();
			if (!found.isEmpty()) {
				return found;
			}
		}
		return List.of();
	}

	private static boolean isPublicInstanceMethod(Method method) {
		return Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers());
	}

	private static boolean isCoveredByType(Method method) {
		return isPublicInstanceMethod(method) && !ReflectionUtils.isObjectMethod(method) && !method.isSynthetic();
	}

	private static List<MergedAnnotation<Annotation>> locks(AnnotatedElement element) {
		return MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY)
			.stream()
			.filter((annotation) -> TYPES.containsKey(annotation.getType()))
			.toList();
	}

	private static List<LockDeclaration> declarations(Supplier<List<MergedAnnotation<Annotation>>> annotations,
			String where) {
		List<LockDeclaration> declarations = new ArrayList<>();
		try {
			for (MergedAnnotation<?> annotation : closest(annotations.get(), where)) {
				LockType type = Objects.requireNonNull(TYPES.get(annotation.getType()));
				declarations.add(LockDeclaration.of(annotation, type, where));
			}
		}
		catch (AnnotationConfigurationException ex) {
			throw new InvalidLockAnnotationException(
					"The lock annotation on " + where + " contradicts itself: " + ex.getMessage(),
					"Set either 'value' or 'resource'.", ex);
		}
		checkDistinct(declarations);
		return declarations;
	}

	private static List<MergedAnnotation<Annotation>> closest(List<MergedAnnotation<Annotation>> annotations,
			String where) {
		int closest = annotations.stream().mapToInt(MergedAnnotation::getAggregateIndex).min().orElse(0);
		List<MergedAnnotation<Annotation>> found = annotations.stream()
			.filter((annotation) -> annotation.getAggregateIndex() == closest)
			.toList();
		for (MergedAnnotation<Annotation> other : annotations) {
			Class<?> type = declaringClass(found.get(0));
			boolean same = other.getType() == found.get(0).getType() && other.asMap().equals(found.get(0).asMap());
			if (!same && !declaringClass(other).isAssignableFrom(type)) {
				throw new InvalidLockAnnotationException(
						"The lock annotations that " + where + " inherits contradict each other: those of "
								+ type.getName() + " and of " + declaringClass(other).getName() + ".",
						"Annotate the method itself.");
			}
		}
		return found;
	}

	private static Class<?> declaringClass(MergedAnnotation<?> annotation) {
		return (annotation.getSource() instanceof Method method) ? method.getDeclaringClass()
				: (Class<?>) Objects.requireNonNull(annotation.getSource());
	}

	/**
	 * One resource is either read or written. A distributed lock is another lock, even if
	 * its name is the same.
	 */
	private static void checkDistinct(List<LockDeclaration> declarations) {
		Map<List<Object>, LockDeclaration> seen = new HashMap<>();
		for (LockDeclaration declaration : declarations) {
			boolean distributed = declaration.type() == LockType.DISTRIBUTED;
			LockDeclaration other = seen.put(List.of(distributed, declaration.resource()), declaration);
			if (other != null) {
				String names = other.annotation() + " and " + declaration.annotation();
				throw new InvalidLockAnnotationException(
						names + " on " + declaration.where() + " cannot be combined: both lock "
								+ LockNames.quote(declaration.resource()) + ".",
						"Keep one of them; the write lock keeps readers out too.");
			}
		}
	}

}
