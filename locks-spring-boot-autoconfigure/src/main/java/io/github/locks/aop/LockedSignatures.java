package io.github.locks.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.asm.Opcodes;
import org.springframework.asm.Type;
import org.springframework.core.BridgeMethodResolver;

/**
 * The locked methods of a bean as calls in bytecode name them, and which methods of its
 * classes it can reach. The classes are to be looked at from the lowest up.
 */
final class LockedSignatures {

	private static final String DEFAULT_ARGUMENTS = "$default";

	private final Map<String, Method> methods = new HashMap<>();

	private final Set<String> owners = new HashSet<>();

	/** Methods that look like locked ones, but are others: private and static ones. */
	private final Set<String> others = new HashSet<>();

	/** For each method, the lowest class that declares it. */
	private final Map<String, String> lowest = new HashMap<>();

	private final Set<String> superCalled = new HashSet<>();

	LockedSignatures(Set<Method> locked, Set<Class<?>> hierarchy) {
		locked.forEach((method) -> this.methods.put(signature(method), method));
		for (Class<?> type : hierarchy) {
			this.owners.add(Type.getInternalName(type));
			Set<String> names = new HashSet<>();
			locked.forEach((method) -> names.add(method.getName()));
			for (Method method : type.getDeclaredMethods()) {
				if (names.contains(method.getName())) {
					add(method);
				}
			}
		}
	}

	private void add(Method method) {
		if ((method.getModifiers() & (Modifier.PRIVATE | Modifier.STATIC)) != 0) {
			this.others.add(Type.getInternalName(method.getDeclaringClass()) + "." + signature(method));
		}
		if (method.isBridge()) {
			Method target = this.methods.get(signature(BridgeMethodResolver.findBridgedMethod(method)));
			if (target != null) {
				this.methods.putIfAbsent(signature(method), target);
			}
		}
	}

	private static String signature(Method method) {
		return method.getName() + Type.getMethodDescriptor(method);
	}

	/**
	 * Returns the locked method that a call runs.
	 * @param owner the internal name of the class that the call names
	 * @return the method, or {@code null} if it runs another
	 */
	@Nullable Method find(String owner, String name, String descriptor) {
		Method method = this.methods.get(name + descriptor);
		return (method != null && this.owners.contains(owner) && !this.others.contains(owner + "." + name + descriptor))
				? method : null;
	}

	/**
	 * Returns the locked method that a call with default arguments runs. Kotlin makes a
	 * static method for it, with the object first, and bits and a marker at the end.
	 * @param owner the internal name of the class that the call names
	 * @return the method, or {@code null} if it runs another
	 */
	@Nullable Method findDefault(String owner, String name, String descriptor) {
		if (!name.endsWith(DEFAULT_ARGUMENTS) || !this.owners.contains(owner)) {
			return null;
		}
		String method = name.substring(0, name.length() - DEFAULT_ARGUMENTS.length());
		Type[] types = Type.getArgumentTypes(descriptor);
		int bits = types.length - 1;
		while (bits > 1 && types[bits - 1] == Type.INT_TYPE) {
			bits--;
			Type[] arguments = Arrays.copyOfRange(types, 1, bits);
			String called = Type.getMethodDescriptor(Type.getReturnType(descriptor), arguments);
			Method found = find(owner, method, called);
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	/**
	 * Notes that a class declares a method.
	 * @return whether calls can reach it: a lower class does not override it, or calls it
	 */
	boolean enter(int access, String owner, String name, String descriptor) {
		String method = name + descriptor;
		if ((access & (Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC)) != 0 || name.equals("<init>")) {
			return true;
		}
		String first = this.lowest.putIfAbsent(method, owner);
		return first == null || first.equals(owner) || this.superCalled.contains(method);
	}

	/**
	 * Notes that a method of a higher class is called as {@code super.method()}.
	 */
	void superCalled(String name, String descriptor) {
		this.superCalled.add(name + descriptor);
	}

}
