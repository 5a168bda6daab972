package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.aop.MatrixPlace.Element;
import io.github.locks.aop.MatrixPlace.Where;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.description.modifier.MethodManifestation;
import net.bytebuddy.description.modifier.ModifierContributor;
import net.bytebuddy.description.modifier.SyntheticState;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.description.type.TypeDefinition;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType.Builder;
import net.bytebuddy.dynamic.loading.ByteArrayClassLoader;
import net.bytebuddy.dynamic.loading.InjectionClassLoader;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.implementation.MethodCall;
import net.bytebuddy.implementation.MethodDelegation;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import net.bytebuddy.matcher.ElementMatchers;

/**
 * Generates the classes of beans: one method for each return type, and a fallback for
 * each method.
 */
final class MatrixBeans {

	/** Without checks that only cost time here. */
	private static final ByteBuddy BYTE_BUDDY = new ByteBuddy().with(TypeValidation.DISABLED);

	private static final Implementation BODY = MethodDelegation.withDefaultConfiguration()
		.filter(ElementMatchers.named("run").and(ElementMatchers.isStatic()))
		.to(MatrixWork.class);

	private final ByteArrayClassLoader loader = new ByteArrayClassLoader(getClass().getClassLoader(), false, Map.of());

	private int count;

	/**
	 * Generates the class of a bean.
	 * @param place where the annotation stands
	 * @param type the kind of lock
	 * @param attribute what the annotation says
	 * @param returns what its methods return
	 */
	Types make(MatrixPlace place, LockType type, MatrixAttribute attribute, Collection<MatrixReturn> returns) {
		Where where = place.where();
		AnnotationDescription annotation = MatrixAnnotations.of(type, place.style(), attribute.attributes());
		Maker maker = new Maker(where, attribute, annotation, returns, ++this.count);
		Class<?> api = load(maker.api());
		Class<?> base = where.hasBody(Element.BASE) ? load(maker.base()) : Object.class;
		return new Types(where, api, base, load(maker.bean(api, base)));
	}

	private Class<?> load(Builder<?> builder) {
		return builder.make().load(this.loader, InjectionClassLoader.Strategy.INSTANCE).getLoaded();
	}

	/**
	 * The types of a bean.
	 */
	record Types(Where where, Class<?> api, Class<?> base, Class<?> bean) {

		/**
		 * Returns the method as a type declares it.
		 */
		Method method(Element element, MatrixReturn returns) {
			Class<?> type = switch (element) {
				case API -> this.api;
				case BASE -> this.base;
				case BEAN -> this.bean;
			};
			Class<?> id = this.where.isGeneric(element) ? Object.class : String.class;
			try {
				return type.getMethod(returns.methodName(), id, long.class, returns.mark());
			}
			catch (NoSuchMethodException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	private record Maker(Where where, MatrixAttribute attribute, AnnotationDescription annotation,
			Collection<MatrixReturn> returns, int number) {

		Builder<?> api() {
			Builder<?> builder = BYTE_BUDDY.makeInterface().name(name("Api"));
			return methods(Element.API, builder, false);
		}

		Builder<?> base() {
			return methods(Element.BASE, BYTE_BUDDY.subclass(Object.class).name(name("Base")), true);
		}

		Builder<?> bean(Class<?> api, Class<?> base) {
			Builder<?> builder = BYTE_BUDDY.subclass(parameterized(base, Element.BASE))
				.implement(parameterized(api, Element.API))
				.name(name("Bean"));
			builder = this.where.hasBody(Element.BEAN) ? methods(Element.BEAN, builder, true)
					: onType(Element.BEAN, builder);
			for (MatrixReturn each : this.returns) {
				if (this.where.isGeneric()) {
					builder = bridge(builder, each);
				}
				builder = this.attribute.isFallbackWithException()
						? fallback(builder, each, String.class, long.class, each.mark(), LockTimeoutException.class)
						: fallback(builder, each, String.class, long.class, each.mark());
			}
			return builder;
		}

		private String name(String kind) {
			return "io.github.locks.generated." + kind + this.number;
		}

		private TypeDefinition parameterized(Class<?> type, Element element) {
			return this.where.isGeneric(element)
					? TypeDescription.Generic.Builder.parameterizedType(type, String.class).build()
					: TypeDescription.Generic.OfNonGenericType.ForLoadedType.of(type);
		}

		private Builder<?> onType(Element element, Builder<?> builder) {
			return this.where.isOnTypeOf(element) ? builder.annotateType(this.annotation) : builder;
		}

		private Builder<?> methods(Element element, Builder<?> initial, boolean inClass) {
			Builder<?> builder = onType(element, initial);
			boolean generic = this.where.isGeneric(element);
			TypeDefinition id = TypeDescription.ForLoadedType.of(String.class);
			if (generic) {
				builder = builder.typeVariable("T");
				id = TypeDescription.Generic.Builder.typeVariable("T").build();
			}
			boolean body = this.where.hasBody(element);
			for (MatrixReturn each : this.returns) {
				List<ModifierContributor.ForMethod> modifiers = new ArrayList<>(List.of(Visibility.PUBLIC));
				if (!body) {
					modifiers.add(MethodManifestation.ABSTRACT);
				}
				var parameter = builder.defineMethod(each.methodName(), each.type(), modifiers)
					.withParameter(id, "id", 0)
					.withParameter(long.class, "token", 0);
				var parameters = ((this.attribute.isToken() && this.where.isIn(element))
						? parameter.annotateParameter(MatrixAnnotations.token(this.attribute.resource())) : parameter)
					.withParameter(each.mark(), "mark", 0);
				var method = body ? parameters.intercept(BODY) : parameters.withoutCode();
				builder = this.where.isOnMethodsOf(element) ? method.annotateMethod(this.annotation) : method;
			}
			return builder;
		}

		private static Builder<?> bridge(Builder<?> builder, MatrixReturn returns) {
			return builder
				.defineMethod(returns.methodName(), returns.type(), Visibility.PUBLIC, SyntheticState.SYNTHETIC,
						MethodManifestation.BRIDGE)
				.withParameters(Object.class, long.class, returns.mark())
				.intercept(MethodCall
					.invoke(ElementMatchers.named(returns.methodName())
						.and(ElementMatchers.takesArgument(0, String.class)))
					.withAllArguments()
					.withAssigner(Assigner.DEFAULT, Assigner.Typing.DYNAMIC));
		}

		/**
		 * Not public: on a type with an annotation it would be locked itself.
		 */
		private static Builder<?> fallback(Builder<?> builder, MatrixReturn returns, Class<?>... parameters) {
			return builder.defineMethod(MatrixWork.INSTEAD, returns.type(), Visibility.PRIVATE)
				.withParameters(parameters)
				.intercept(BODY);
		}

	}

}
