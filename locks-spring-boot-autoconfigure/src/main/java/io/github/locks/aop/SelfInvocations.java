package io.github.locks.aop;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.asm.Type;
import org.springframework.core.NativeDetector;

/**
 * Finds calls of locked methods that slip past the proxy, because a bean makes them on
 * itself. Reads the bytecode of its classes, and of the inner classes in them.
 * <p>
 * Reports what is certainly a call on {@code this}. A bean that was handed to itself, as
 * an argument or in a field, may be the proxy, and is not reported.
 */
final class SelfInvocations {

	private static final Log logger = LogFactory.getLog(SelfInvocations.class);

	private static final List<String> FOREIGN = List.of("java.", "javax.", "jakarta.", "kotlin.",
			"org.springframework.");

	private final LockedSignatures locked;

	private final Set<SelfInvocation> found = new LinkedHashSet<>();

	private SelfInvocations(LockedSignatures locked) {
		this.locked = locked;
	}

	/**
	 * Finds calls of locked methods that slip past the proxy. Never throws.
	 * @param userClass the class of a bean, not that of its proxy
	 * @param locked its locked methods, the most specific ones, no bridges
	 * @return the calls, in the order of the classes from the lowest up; empty in a
	 * native image, which has no bytecode
	 */
	static List<SelfInvocation> find(Class<?> userClass, Set<Method> locked) {
		if (locked.isEmpty() || NativeDetector.inNativeImage()) {
			return List.of();
		}
		try {
			Set<Class<?>> hierarchy = hierarchy(userClass);
			SelfInvocations invocations = new SelfInvocations(new LockedSignatures(locked, hierarchy));
			hierarchy.forEach(invocations::scan);
			return List.copyOf(invocations.found);
		}
		catch (RuntimeException | LinkageError ex) {
			logger.debug("Did not look for calls of locked methods in " + userClass.getName(), ex);
			return List.of();
		}
	}

	private static Set<Class<?>> hierarchy(Class<?> userClass) {
		Set<Class<?>> types = new LinkedHashSet<>();
		for (Class<?> type = userClass; type != null; type = type.getSuperclass()) {
			types.add(type);
		}
		for (Class<?> type : List.copyOf(types)) {
			addInterfaces(type, types);
		}
		return types;
	}

	private static void addInterfaces(Class<?> type, Set<Class<?>> types) {
		for (Class<?> implemented : type.getInterfaces()) {
			types.add(implemented);
			addInterfaces(implemented, types);
		}
	}

	private void scan(Class<?> type) {
		ClassLoader loader = type.getClassLoader();
		if (loader == null || FOREIGN.stream().anyMatch(type.getName()::startsWith)) {
			return;
		}
		String bean = Type.getInternalName(type);
		Set<String> known = new LinkedHashSet<>(Set.of(bean));
		Deque<String> open = new ArrayDeque<>(known);
		while (!open.isEmpty()) {
			for (String inner : scan(open.remove(), bean, loader)) {
				if (known.add(inner)) {
					open.add(inner);
				}
			}
		}
	}

	private Set<String> scan(String type, String bean, ClassLoader loader) {
		try {
			byte[] bytes = read(type, loader);
			if (bytes != null) {
				SelfCallScanner scanner = SelfCallScanner.scan(bytes, this.locked, bean);
				this.found.addAll(scanner.found());
				return scanner.innerClasses();
			}
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Did not look for calls of locked methods in " + type, ex);
		}
		return Set.of();
	}

	private static byte @Nullable [] read(String type, ClassLoader loader) throws IOException {
		try (InputStream stream = loader.getResourceAsStream(type + ".class")) {
			return (stream != null) ? stream.readAllBytes() : null;
		}
	}

}
