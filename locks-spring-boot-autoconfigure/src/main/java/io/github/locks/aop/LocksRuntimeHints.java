package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.List;

import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image of any application with annotated methods has to keep: the
 * annotations, what templates see as {@code #root}, the scripts for Redis, and what tells
 * where Redis is.
 */
final class LocksRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		for (Class<?> annotation : List.of(ReadLock.class, ReadLock.List.class, WriteLock.class, WriteLock.List.class,
				DistributedLock.class, DistributedLock.List.class)) {
			hints.reflection().registerType(annotation, MemberCategory.INVOKE_PUBLIC_METHODS);
		}
		hints.reflection().registerType(CallRoot.class, MemberCategory.INVOKE_PUBLIC_METHODS);
		hints.reflection().registerType(Method.class, MemberCategory.INVOKE_PUBLIC_METHODS);
		hints.resources().registerPattern("io/github/locks/redis/*.lua");
		hints.resources().registerPattern("io/github/locks/jdbc/*.sql");
		hints.resources().registerPattern("META-INF/locks-ui/*");
		hints.reflection()
			.registerTypeIfPresent(classLoader,
					"org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory",
					MemberCategory.ACCESS_DECLARED_FIELDS);
	}

}
