package io.github.locks.aop;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import io.github.locks.LockType;
import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotationConfigurationException;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the annotation that applies to a method: its own, else that of the method it
 * overrides or implements, else that of the class, which is for public methods only.
 */
final class LockAnnotations {

	private static final Map<Class<? extends Annotation>, LockType> TYPES = Map.of(ReadLock.class, LockType.READ,
			WriteLock.class, LockType.WRITE, DistributedLock.class, LockType.DISTRIBUTED);

	private LockAnnotations() {
	}

	/**
	 * Finds the annotation that applies to a method.
	 * @param method the most specific method, no bridge
	 * @param targetClass the class of the bean
	 * @return what was found, or {@code null} if the method is not to be locked
	 */
	static @Nullable LockDeclaration find(Method method, Class<?> targetClass) {
		String where = LockDeclaration.where(method, targetClass);
		LockDeclaration found = read(method, where);
		if (found == null && isPublicInstanceMethod(method)) {
			found = findOnInterfaces(method, targetClass, where);
			if (found == null && isCoveredByType(method)) {
				found = read(targetClass, where);
			}
		}
		return found;
	}

	/**
	 * Looks at interfaces that only a subclass of the declaring class implements: the
	 * hierarchy of the method does not lead there.
	 */
	private static @Nullable LockDeclaration findOnInterfaces(Method method, Class<?> targetClass, String where) {
		if (method.getDeclaringClass() == targetClass) {
			return null;
		}
		for (Class<?> type : ClassUtils.getAllInterfacesForClassAsSet(targetClass)) {
			Method declared = type.isAssignableFrom(method.getDeclaringClass()) ? null
					: ClassUtils.getMethodIfAvailable(type, method.getName(), method.getParameterTypes());
			LockDeclaration found = (declared != null) ? read(declared, where) : null;
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	private static boolean isPublicInstanceMethod(Method method) {
		return Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers());
	}

	private static boolean isCoveredByType(Method method) {
		return !ReflectionUtils.isObjectMethod(method) && !method.isSynthetic();
	}

	private static @Nullable LockDeclaration read(AnnotatedElement element, String where) {
		MergedAnnotations annotations = MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY);
		if (TYPES.keySet().stream().noneMatch(annotations::isPresent)) {
			return null;
		}
		try {
			MergedAnnotation<?> annotation = single(closest(annotations), where);
			return LockDeclaration.of(annotation, Objects.requireNonNull(TYPES.get(annotation.getType())), where);
		}
		catch (AnnotationConfigurationException ex) {
			throw new InvalidLockAnnotationException(
					"The lock annotation on " + where + " contradicts itself: " + ex.getMessage(),
					"Set either 'value' or 'resource'.", ex);
		}
	}

	private static List<MergedAnnotation<Annotation>> closest(MergedAnnotations annotations) {
		List<MergedAnnotation<Annotation>> all = annotations.stream()
			.filter((annotation) -> TYPES.containsKey(annotation.getType()))
			.toList();
		int closest = all.stream().mapToInt(MergedAnnotation::getAggregateIndex).min().orElseThrow();
		return all.stream().filter((annotation) -> annotation.getAggregateIndex() == closest).toList();
	}

	private static MergedAnnotation<?> single(List<MergedAnnotation<Annotation>> annotations, String where) {
		if (annotations.size() > 1) {
			String names = annotations.stream()
				.map((annotation) -> "@" + annotation.getType().getSimpleName())
				.collect(Collectors.joining(" and "));
			throw new InvalidLockAnnotationException(
					names + " on " + where + " cannot be combined: a method runs under one lock.",
					"Keep one of them, and take further locks inside the method through the LockManager.");
		}
		return annotations.get(0);
	}

}
