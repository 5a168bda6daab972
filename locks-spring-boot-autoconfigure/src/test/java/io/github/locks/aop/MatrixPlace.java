package io.github.locks.aop;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import io.github.locks.aop.MatrixAnnotations.Style;

/**
 * Where an annotation stands, and how it is written there.
 *
 * @param where the element that carries it
 * @param style how it is written
 */
record MatrixPlace(Where where, Style style) {

	/**
	 * Returns all places that make sense.
	 */
	static List<MatrixPlace> all() {
		List<MatrixPlace> places = new ArrayList<>();
		for (Where where : Where.values()) {
			places.add(new MatrixPlace(where, Style.ITSELF));
		}
		for (Where where : List.of(Where.METHOD, Where.TYPE, Where.INTERFACE_METHOD, Where.INTERFACE_TYPE)) {
			places.add(new MatrixPlace(where, Style.META));
			places.add(new MatrixPlace(where, Style.REPEATED));
		}
		return places;
	}

	@Override
	public String toString() {
		return this.where.text + switch (this.style) {
			case ITSELF -> "";
			case META -> ", as an annotation of your own";
			case REPEATED -> ", twice";
		};
	}

	/**
	 * The types of a generated bean: an interface, a superclass (not always), its class.
	 */
	enum Element {

		API, BASE, BEAN

	}

	/**
	 * The element that carries an annotation.
	 */
	enum Where {

		METHOD("on the method", Element.BEAN, false, false, Element.BEAN),
		TYPE("on the class", Element.BEAN, true, false, Element.BEAN),
		INTERFACE_METHOD("on the method of an interface", Element.API, false, false, Element.BEAN),
		INTERFACE_TYPE("on an interface", Element.API, true, false, Element.BEAN),
		DEFAULT_METHOD("on a default method of an interface", Element.API, false, false, Element.API),
		LATE_INTERFACE("on the method of an interface whose implementation is inherited", Element.API, false, false,
				Element.BASE),
		SUPERCLASS_METHOD("on an inherited method", Element.BASE, false, false, Element.BASE),
		OVERRIDDEN_METHOD("on an overridden method", Element.BASE, false, false, Element.BASE, Element.BEAN),
		SUPERCLASS_TYPE("on a superclass", Element.BASE, true, false, Element.BASE),
		GENERIC_SUPERCLASS("on an overridden method of a generic class", Element.BASE, false, true, Element.BASE,
				Element.BEAN),
		GENERIC_INTERFACE("on the method of a generic interface", Element.API, false, true, Element.BEAN);

		private final String text;

		private final Element annotated;

		private final boolean onType;

		private final boolean generic;

		private final Set<Element> bodies;

		Where(String text, Element annotated, boolean onType, boolean generic, Element body, Element... more) {
			this.text = text;
			this.annotated = annotated;
			this.onType = onType;
			this.generic = generic;
			this.bodies = EnumSet.of(body, more);
		}

		boolean isOnTypeOf(Element element) {
			return this.onType && this.annotated == element;
		}

		boolean isOnMethodsOf(Element element) {
			return !this.onType && this.annotated == element;
		}

		/**
		 * Whether a type is or has what is annotated.
		 */
		boolean isIn(Element element) {
			return this.annotated == element;
		}

		boolean isGeneric(Element element) {
			return this.generic && this.annotated == element;
		}

		boolean isGeneric() {
			return this.generic;
		}

		boolean hasBody(Element element) {
			return this.bodies.contains(element);
		}

	}

}
