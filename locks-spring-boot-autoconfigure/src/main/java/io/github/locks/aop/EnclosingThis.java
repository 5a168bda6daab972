package io.github.locks.aop;

import org.jspecify.annotations.Nullable;

import org.springframework.asm.Type;

/**
 * How compilers hand the {@code this} of the enclosing class to an inner class: as first
 * argument of the constructor, which puts it into a field {@code this$0}.
 */
final class EnclosingThis {

	private EnclosingThis() {
	}

	/**
	 * Whether a field of a class has the {@code this} of the enclosing class.
	 */
	static boolean isField(String owner, String name, String descriptor) {
		return name.startsWith("this$") && descriptor.startsWith("L") && owner.startsWith(type(descriptor) + "$");
	}

	/**
	 * Returns the class whose {@code this} is the first argument of a method.
	 * @param method the name of the method
	 * @param descriptor the types of the method
	 * @param enclosing the class whose {@code this} is in a field, or {@code null}
	 * @return the internal name, or {@code null} if the first argument is another
	 */
	static @Nullable String argument(String method, String descriptor, @Nullable String enclosing) {
		boolean isFirst = enclosing != null && method.equals("<init>") && descriptor.startsWith("(L" + enclosing + ";");
		return isFirst ? enclosing : null;
	}

	/**
	 * Returns the internal name of the class in a field's descriptor.
	 */
	static String type(String descriptor) {
		return Type.getType(descriptor).getInternalName();
	}

}
