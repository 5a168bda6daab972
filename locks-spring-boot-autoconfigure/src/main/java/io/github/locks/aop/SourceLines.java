package io.github.locks.aop;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.Label;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;

/**
 * Finds where a method stands in the source, for messages.
 */
final class SourceLines extends ClassVisitor {

	private final Method method;

	private @Nullable String file;

	private int line;

	private SourceLines(Method method) {
		super(SpringAsmInfo.ASM_VERSION);
		this.method = method;
	}

	/**
	 * Returns the place of a method, in the form that development environments make a
	 * link of.
	 * @return a place such as {@code Orders.java:42}; empty if it is not known
	 */
	static Optional<String> of(Method method) {
		Class<?> type = method.getDeclaringClass();
		String resource = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
		try (InputStream stream = type.getResourceAsStream(resource)) {
			if (stream == null) {
				return Optional.empty();
			}
			SourceLines lines = new SourceLines(method);
			new ClassReader(stream).accept(lines, ClassReader.SKIP_FRAMES);
			return (lines.file != null && lines.line > 0) ? Optional.of(lines.file + ":" + lines.line)
					: Optional.empty();
		}
		catch (IOException | RuntimeException ex) {
			return Optional.empty();
		}
	}

	@Override
	public void visitSource(@Nullable String source, @Nullable String debug) {
		this.file = source;
	}

	@Override
	public @Nullable MethodVisitor visitMethod(int access, String name, String descriptor, @Nullable String signature,
			String @Nullable [] exceptions) {
		if (!name.equals(this.method.getName()) || !descriptor.equals(Type.getMethodDescriptor(this.method))) {
			return null;
		}
		return new MethodVisitor(SpringAsmInfo.ASM_VERSION) {

			@Override
			public void visitLineNumber(int number, Label start) {
				if (SourceLines.this.line == 0) {
					SourceLines.this.line = number;
				}
			}

		};
	}

}
