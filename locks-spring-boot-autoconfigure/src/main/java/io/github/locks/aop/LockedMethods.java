package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodClassKey;
import org.springframework.core.MethodIntrospector;
import org.springframework.util.ClassUtils;

/**
 * Knows which methods run under which lock. Each method is looked at once.
 */
final class LockedMethods {

	private static final int KNOWN = 1024;

	private final LockedMethodFactory factory;

	private final StartUpReport report;

	private final ClassChecks checks;

	private final Map<Class<?>, Scan> scans = new ConcurrentHashMap<>();

	private final Map<MethodClassKey, Entry> entries = new ConcurrentHashMap<>();

	/**
	 * Some of the entries, by the identity of the method, which a proxy does not change:
	 * to hash a method and compare it takes longer than to take its lock. Whoever comes
	 * later to a place has it; a thread that does not see that looks at the map.
	 */
	private final @Nullable Known[] known = new Known[KNOWN];

	LockedMethods(LockedMethodFactory factory, StartUpReport report, ClassChecks checks) {
		this.factory = factory;
		this.report = report;
		this.checks = checks;
	}

	/**
	 * Whether a class has methods to lock. The first time, all of them are checked.
	 * @param targetClass the class of a bean
	 * @return {@code true} if there is at least one, even if its annotation is wrong
	 * @throws InvalidLockAnnotationException if an annotation is wrong, and that is to
	 * stop the start
	 */
	boolean areIn(Class<?> targetClass) {
		Class<?> userClass = ClassUtils.getUserClass(targetClass);
		Scan scan = this.scans.get(userClass);
		if (scan == null) {
			scan = scan(userClass);
			check(scan);
			this.scans.put(userClass, scan);
		}
		return !scan.found().isEmpty();
	}

	private void check(Scan scan) {
		Map<Method, LockedMethod> locked = new LinkedHashMap<>();
		scan.found().forEach((method, entry) -> {
			if (entry.problem() != null) {
				this.report.impossible(entry.problem(), " Until then its calls fail, if they come through the proxy.");
			}
			else if (entry.method() != null) {
				locked.put(method, entry.method());
			}
		});
		this.checks.check(scan.annotations(), scan.found().keySet(), locked);
	}

	private Scan scan(Class<?> userClass) {
		LockAnnotations annotations = new LockAnnotations(userClass);
		Map<Method, Entry> found = MethodIntrospector.selectMethods(userClass, (Method method) -> {
			Entry entry = create(method, annotations);
			return entry.exists() ? entry : null;
		});
		return new Scan(annotations, found);
	}

	/**
	 * Whether a method is to be locked, even if its annotation is wrong.
	 */
	boolean contains(Method method, Class<?> targetClass) {
		return entry(method, targetClass).exists();
	}

	/**
	 * Returns how a method is to be locked.
	 * @return the lock, or {@code null} if the method is not to be locked
	 * @throws InvalidLockAnnotationException if its annotation is wrong
	 */
	@Nullable LockedMethod get(Method method, Class<?> targetClass) {
		Entry entry = entry(method, targetClass);
		if (entry.problem() != null) {
			throw entry.problem().atCall();
		}
		return entry.method();
	}

	private Entry entry(Method method, Class<?> targetClass) {
		int place = System.identityHashCode(method) & (KNOWN - 1);
		Known candidate = this.known[place];
		if (candidate != null && candidate.method() == method && candidate.targetClass() == targetClass) {
			return candidate.entry();
		}
		Entry entry = findEntry(method, targetClass);
		this.known[place] = new Known(method, targetClass, entry);
		return entry;
	}

	private Entry findEntry(Method method, Class<?> targetClass) {
		MethodClassKey key = new MethodClassKey(method, targetClass);
		Entry entry = this.entries.get(key);
		if (entry == null) {
			entry = create(method, ClassUtils.getUserClass(targetClass));
			this.entries.put(key, entry);
		}
		return entry;
	}

	private Entry create(Method method, Class<?> userClass) {
		Method specific = AopUtils.getMostSpecificMethod(method, userClass);
		Scan scan = this.scans.get(userClass);
		Entry found = (scan != null) ? scan.found().get(specific) : null;
		return (found != null) ? found
				: create(specific, (scan != null) ? scan.annotations() : new LockAnnotations(userClass));
	}

	private Entry create(Method method, LockAnnotations annotations) {
		try {
			LockedMethod locked = this.factory.create(method, annotations);
			return (locked != null) ? new Entry(locked, null) : Entry.NONE;
		}
		catch (InvalidLockAnnotationException ex) {
			return new Entry(null, ex.at(method));
		}
	}

	/**
	 * What was found in a class.
	 *
	 * @param annotations those of the class
	 * @param found its methods that are to be locked, even if their annotation is wrong
	 */
	private record Scan(LockAnnotations annotations, Map<Method, Entry> found) {

	}

	private record Known(Method method, Class<?> targetClass, Entry entry) {

	}

	private record Entry(@Nullable LockedMethod method, @Nullable InvalidLockAnnotationException problem) {

		static final Entry NONE = new Entry(null, null);

		boolean exists() {
			return this.method != null || this.problem != null;
		}

	}

}
