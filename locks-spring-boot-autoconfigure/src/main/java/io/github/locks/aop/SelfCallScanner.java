package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.locks.aop.ThisTracker.TrackedCall;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.FieldVisitor;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;

/**
 * Finds the calls of locked methods in one class file. Methods that cannot be followed
 * are left out.
 */
final class SelfCallScanner extends ClassVisitor {

	private static final Log logger = LogFactory.getLog(SelfInvocations.class);

	private final LockedSignatures locked;

	private final String bean;

	private final List<SelfInvocation> found = new ArrayList<>();

	private final Set<String> innerClasses = new HashSet<>();

	private final Set<String> skipped;

	private String type = "";

	private @Nullable String file;

	private @Nullable String enclosing;

	private @Nullable String method;

	private SelfCallScanner(LockedSignatures locked, String bean, Set<String> skipped) {
		super(SpringAsmInfo.ASM_VERSION);
		this.locked = locked;
		this.bean = bean;
		this.skipped = skipped;
	}

	/**
	 * Looks at a class file.
	 * @param bytes the class file
	 * @param locked which methods are locked
	 * @param bean the internal name of the class of the hierarchy that the class is, or
	 * is in
	 * @return what was found
	 * @throws RuntimeException if these bytes are no class, or one that is too new
	 */
	static SelfCallScanner scan(byte[] bytes, LockedSignatures locked, String bean) {
		ClassReader reader = new ClassReader(bytes);
		Set<String> skipped = new HashSet<>();
		while (true) {
			SelfCallScanner scanner = new SelfCallScanner(locked, bean, skipped);
			try {
				reader.accept(scanner, ClassReader.EXPAND_FRAMES);
				return scanner;
			}
			catch (RuntimeException ex) {
				if (scanner.method == null || !skipped.add(scanner.method)) {
					throw ex;
				}
				logger.debug("Did not look for calls of locked methods in " + scanner.type + "." + scanner.method, ex);
			}
		}
	}

	/**
	 * Returns the calls that slip past the proxy.
	 */
	List<SelfInvocation> found() {
		return this.found;
	}

	/**
	 * Returns the internal names of the inner classes.
	 */
	Set<String> innerClasses() {
		return this.innerClasses;
	}

	/**
	 * Returns the methods that could not be followed.
	 */
	Set<String> skipped() {
		return this.skipped;
	}

	@Override
	public void visit(int version, int access, String name, @Nullable String signature, @Nullable String superName,
			String @Nullable [] interfaces) {
		this.type = name;
	}

	@Override
	public void visitSource(@Nullable String source, @Nullable String debug) {
		this.file = source;
	}

	@Override
	public void visitInnerClass(String name, @Nullable String outerName, @Nullable String innerName, int access) {
		boolean isStatic = (access & Opcodes.ACC_STATIC) != 0;
		if (!isStatic && name.startsWith(this.type + "$")) {
			this.innerClasses.add(name);
		}
	}

	@Override
	public @Nullable FieldVisitor visitField(int access, String name, String descriptor, @Nullable String signature,
			@Nullable Object value) {
		if ((access & Opcodes.ACC_SYNTHETIC) != 0 && EnclosingThis.isField(this.type, name, descriptor)) {
			this.enclosing = EnclosingThis.type(descriptor);
		}
		return null;
	}

	@Override
	public @Nullable MethodVisitor visitMethod(int access, String name, String descriptor, @Nullable String signature,
			String @Nullable [] exceptions) {
		this.method = name + descriptor;
		boolean isStatic = (access & Opcodes.ACC_STATIC) != 0;
		boolean isBridge = (access & Opcodes.ACC_BRIDGE) != 0;
		boolean isOwn = this.type.equals(this.bean);
		if (isBridge || this.skipped.contains(this.method)
				|| (isOwn && !this.locked.enter(access, this.type, name, descriptor))) {
			return null;
		}
		Method lockedCaller = (isOwn && !isStatic) ? this.locked.find(this.type, name, descriptor) : null;
		return new ThisTracker(this.type, isStatic, EnclosingThis.argument(name, descriptor, this.enclosing),
				(call) -> check(call, name, lockedCaller));
	}

	private void check(TrackedCall call, String method, @Nullable Method lockedCaller) {
		if (call.opcode() == Opcodes.INVOKESPECIAL) {
			this.locked.superCalled(call.name(), call.descriptor());
		}
		Method callee = call.receiver().equals(this.bean) ? callee(call) : null;
		if (callee != null && !isOfOverride(call, method, callee, lockedCaller)) {
			String caller = this.type.replace('/', '.') + "." + withoutLambda(method);
			this.found.add(new SelfInvocation(caller, this.file, call.line(), lockedCaller, callee));
		}
	}

	private @Nullable Method callee(TrackedCall call) {
		return (call.opcode() == Opcodes.INVOKESTATIC)
				? this.locked.findDefault(call.owner(), call.name(), call.descriptor())
				: this.locked.find(call.owner(), call.name(), call.descriptor());
	}

	/**
	 * Whether a locked method calls what it overrides, which then runs under its lock.
	 */
	private static boolean isOfOverride(TrackedCall call, String method, Method callee, @Nullable Method lockedCaller) {
		return call.opcode() == Opcodes.INVOKESPECIAL && (callee.equals(lockedCaller)
				|| (method.startsWith("lambda$") && withoutLambda(method).equals(callee.getName())));
	}

	/**
	 * Returns the method that the body of a lambda was written in: {@code run} for
	 * {@code lambda$run$0}.
	 */
	private static String withoutLambda(String method) {
		int end = method.lastIndexOf('$');
		return (method.startsWith("lambda$") && end > "lambda$".length()) ? method.substring("lambda$".length(), end)
				: method;
	}

}
