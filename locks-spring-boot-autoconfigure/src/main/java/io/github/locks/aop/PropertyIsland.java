package io.github.locks.aop;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * A property of an argument, read by the method that the expression language would call.
 * Whatever is less plain than a public getter of an object that is there is left to the
 * expression, before anything was called.
 */
final class PropertyIsland implements ResourceTemplate.Island {

	private static final MethodType GENERIC = MethodType.methodType(Object.class, Object.class);

	private final int index;

	private final String property;

	private final ResourceTemplate.Island expression;

	private final ClassValue<Optional<MethodHandle>> getters = new ClassValue<>() {

		@Override
		protected Optional<MethodHandle> computeValue(Class<?> type) {
			return findGetter(type);
		}

	};

	/**
	 * Creates an island.
	 * @param index position of the argument
	 * @param property name of the property
	 * @param expression what gives the same, and is asked in all other cases
	 */
	PropertyIsland(int index, String property, ResourceTemplate.Island expression) {
		this.index = index;
		this.property = property;
		this.expression = expression;
	}

	@Override
	public @Nullable Object evaluate(TemplateContext context) {
		Object target = context.argument(this.index);
		MethodHandle getter = (target != null) ? this.getters.get(target.getClass()).orElse(null) : null;
		return (getter != null) ? read(getter, target) : this.expression.evaluate(context);
	}

	private static @Nullable Object read(MethodHandle getter, @Nullable Object target) {
		try {
			return (Object) getter.invokeExact(target);
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Optional<MethodHandle> findGetter(Class<?> type) {
		boolean plain = this.property.length() > 1 && Character.isLowerCase(this.property.charAt(0))
				&& Character.isLowerCase(this.property.charAt(1)) && !this.property.equals("class");
		Method getter = plain ? getter(type) : null;
		if (getter == null || !isPublic(getter) || !isPublic(type)) {
			return Optional.empty();
		}
		try {
			return Optional.of(MethodHandles.publicLookup().unreflect(getter).asType(GENERIC));
		}
		catch (IllegalAccessException ex) {
			return Optional.empty();
		}
	}

	private @Nullable Method getter(Class<?> type) {
		String suffix = StringUtils.capitalize(this.property);
		Method getter = ClassUtils.getMethodIfAvailable(type, "get" + suffix);
		if (getter == null && ClassUtils.getMethodIfAvailable(type, "is" + suffix) == null) {
			getter = ClassUtils.getMethodIfAvailable(type, this.property);
		}
		return getter;
	}

	private static boolean isPublic(Method method) {
		return Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers())
				&& method.getReturnType() != void.class && isPublic(method.getDeclaringClass());
	}

	private static boolean isPublic(Class<?> type) {
		return Modifier.isPublic(type.getModifiers());
	}

}
