package io.github.locks.aop;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.locks.annotation.WriteLock;
import io.github.locks.aop.LockAdvisor.Validation;
import io.github.locks.support.DefaultLockManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.http.HttpEntity;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.server.ServerResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Work that is hidden inside of what a method returns.
 */
@Timeout(60)
class NestedResultTests {

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final LockedProxies proxies = new LockedProxies(this.locks).validation(Validation.OFF);

	private final Open open = this.proxies.cglib(new Open());

	@AfterEach
	void close() {
		this.locks.close();
	}

	static Stream<Method> refused() {
		return methods(Refused.class);
	}

	@ParameterizedTest
	@MethodSource("refused")
	void workInsideOfAResultIsRefused(Method method) {
		Refused proxy = this.proxies.cglib(new Refused());
		assertThatExceptionOfType(InvocationTargetException.class).isThrownBy(() -> method.invoke(proxy))
			.havingCause()
			.isInstanceOf(InvalidLockAnnotationException.class)
			.withMessageContaining(Refused.class.getName() + "." + method.getName() + " can never work")
			.withMessageContaining("goes on when the lock was given back");
	}

	static Stream<Method> accepted() {
		return methods(Accepted.class);
	}

	@ParameterizedTest
	@MethodSource("accepted")
	void finishedResultIsFine(Method method) throws Exception {
		Object result = method.invoke(this.proxies.cglib(new Accepted()));
		if (result instanceof Mono<?> mono) {
			result = mono.block();
		}
		assertThat((result instanceof Future<?> future) ? future.get() : result).isNull();
		assertThat(isFree()).isTrue();
	}

	static Stream<Object> unfinished() {
		Object[] array = { 1, Mono.just("x") };
		return Stream.of(Mono.just("x"), new CompletableFuture<>(), Stream.of(1), Optional.of(Flux.just(1)),
				ResponseEntity.ok(Flux.just(1)), ResponseEntity.ok(Optional.of(Stream.of(1))),
				List.of("x", new CompletableFuture<>()), new ArrayList<>(List.of(List.of(Flux.just(1)))),
				Map.of("x", Mono.just("x")), Collections.singletonList(Mono.just("x")), Arguments.of((Object) array),
				(Supplier<String>) () -> "x", ServerResponse.ok().build().block());
	}

	@ParameterizedTest
	@MethodSource("unfinished")
	void unfinishedWorkOfAnUndeclaredTypeFailsTheCall(Object result) {
		assertThatExceptionOfType(InvalidLockAnnotationException.class).isThrownBy(() -> this.open.object(() -> result))
			.withMessageContaining("Open.object returned a " + result.getClass().getName());
		Object entity = new HttpEntity<>(result);
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.open.entity(() -> entity));
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.open.optional(() -> Optional.of(result)));
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.open.list(() -> List.of(result)));
		assertThat(this.open.future(() -> CompletableFuture.completedFuture(result))).isCompletedExceptionally()
			.failsWithin(Duration.ZERO)
			.withThrowableThat()
			.withCauseInstanceOf(InvalidLockAnnotationException.class);
		StepVerifier.create(this.open.mono(() -> Mono.just(result))).verifyError(InvalidLockAnnotationException.class);
		StepVerifier.create(this.open.flux(() -> Flux.just(1, result)).cast(Object.class))
			.expectNext(1)
			.verifyError(InvalidLockAnnotationException.class);
		assertThat(isFree()).isTrue();
	}

	@Test
	void unfinishedWorkOfAPlainFutureFailsIt() throws Exception {
		FutureTask<Object> task = new FutureTask<>(() -> Stream.of(1));
		Future<?> result = this.open.plain(() -> task);
		new Thread(task).start();
		assertThat(result).failsWithin(Duration.ofSeconds(20))
			.withThrowableThat()
			.withCauseInstanceOf(InvalidLockAnnotationException.class);
		assertThat(isFree()).isTrue();
	}

	@Test
	void finishedValueOfAnUndeclaredTypeIsFine() throws Exception {
		List<Object> large = new ArrayList<>(IntStream.range(0, 1_000_000).boxed().toList());
		for (Object result : new Object[] { "x", 1, Optional.empty(), List.of(), large, new int[] { 1 }, Map.of(1, 2),
				ResponseEntity.ok("x"), new Lazy(), Path.of("a", "b") }) {
			assertThat(this.open.object(() -> result)).isSameAs(result);
			assertThat(this.open.future(() -> CompletableFuture.completedFuture(result)).get(20, TimeUnit.SECONDS))
				.isSameAs(result);
			assertThat(this.open.mono(() -> Mono.just(result)).block()).isSameAs(result);
		}
		assertThat(this.open.entity(() -> ResponseEntity.noContent().build())).isInstanceOf(ResponseEntity.class);
		assertThat(this.open.list(() -> Arrays.asList("x", null))).hasSize(2);
	}

	@Test
	void typeOfAResultMayBeThatOfTheSubclass() {
		assertThat(this.proxies.cglib(new MonoGeneric()).run(() -> Mono.fromSupplier(this::isFree)).block()).isFalse();
		CompletableFuture<Boolean> work = new CompletableFuture<>();
		CompletableFuture<Boolean> result = this.proxies.cglib(new FutureGeneric()).run(() -> work);
		assertThat(isFree()).isFalse();
		work.complete(true);
		assertThat(result).isCompletedWithValue(true);
		assertThat(this.proxies.cglib(new PlainGeneric()).run(this::isFree)).isFalse();
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.proxies.validation(Validation.FAIL).check(StreamGeneric.class))
			.withMessageContaining("java.util.stream.Stream");
		assertThat(isFree()).isTrue();
	}

	private boolean isFree() {
		return LockedProxies.isFree(this.locks, "a");
	}

	private static Stream<Method> methods(Class<?> type) {
		return Arrays.stream(type.getDeclaredMethods()).filter((method) -> !method.isSynthetic());
	}

	@WriteLock("a")
	static class Refused {

		public Mono<ServerResponse> monoOfResponse() {
			throw new AssertionError();
		}

		public ServerResponse response() {
			throw new AssertionError();
		}

		public org.springframework.web.servlet.function.ServerResponse servletResponse() {
			throw new AssertionError();
		}

		public Mono<ResponseEntity<Flux<String>>> monoOfEntity() {
			throw new AssertionError();
		}

		public ResponseEntity<Mono<String>> entity() {
			throw new AssertionError();
		}

		public ResponseEntity<List<Mono<String>>> entityOfList() {
			throw new AssertionError();
		}

		public Mono<Flux<String>> monoOfFlux() {
			throw new AssertionError();
		}

		public Flux<Flux<String>> fluxOfFlux() {
			throw new AssertionError();
		}

		public Mono<Stream<String>> monoOfStream() {
			throw new AssertionError();
		}

		public CompletableFuture<Stream<String>> futureOfStream() {
			throw new AssertionError();
		}

		public CompletableFuture<CompletableFuture<String>> futureOfFuture() {
			throw new AssertionError();
		}

		public Future<Optional<Stream<String>>> futureOfOptional() {
			throw new AssertionError();
		}

		public Optional<Stream<String>> optional() {
			throw new AssertionError();
		}

		public List<CompletableFuture<String>> list() {
			throw new AssertionError();
		}

		public Collection<? extends Future<String>> collection() {
			throw new AssertionError();
		}

		public Map<String, List<Mono<String>>> map() {
			throw new AssertionError();
		}

		public Iterable<Mono<String>> iterable() {
			throw new AssertionError();
		}

		public CompletableFuture<String>[] array() {
			throw new AssertionError();
		}

		public Stream<?>[][] arrays() {
			throw new AssertionError();
		}

		public Supplier<String> supplier() {
			throw new AssertionError();
		}

		public IntSupplier intSupplier() {
			throw new AssertionError();
		}

		public Mono<Supplier<String>> monoOfSupplier() {
			throw new AssertionError();
		}

		public <T extends Stream<?>> Optional<T> bounded() {
			throw new AssertionError();
		}

	}

	interface Page<T> extends Iterable<T>, Supplier<Stream<T>> {

	}

	@WriteLock("a")
	static class Accepted {

		public @Nullable Page<String> page() {
			return null;
		}

		public @Nullable Optional<String> optional() {
			return null;
		}

		public @Nullable Path pathOfPaths() {
			return null;
		}

		public @Nullable ResponseEntity<List<String>> entity() {
			return null;
		}

		public @Nullable Map<String, List<Integer>> map() {
			return null;
		}

		public @Nullable Class<Stream<?>> classOfStream() {
			return null;
		}

		public <T extends Comparable<T>> @Nullable T recursive() {
			return null;
		}

		@SuppressWarnings("rawtypes")
		public @Nullable List raw() {
			return null;
		}

		public String @Nullable [] array() {
			return null;
		}

		public Mono<ResponseEntity<Map<String, String>>> monoOfEntity() {
			return Mono.empty();
		}

		public Mono<ServerSentEvent<String>> monoOfEvent() {
			return Mono.empty();
		}

		public Mono<Void> monoOfNothing() {
			return Mono.empty();
		}

		public CompletableFuture<@Nullable Void> futureOfNothing() {
			return CompletableFuture.completedFuture(null);
		}

		public CompletableFuture<@Nullable List<?>> futureOfList() {
			return CompletableFuture.completedFuture(null);
		}

	}

	static class Open {

		@WriteLock("a")
		Object object(Supplier<Object> body) {
			return body.get();
		}

		@WriteLock("a")
		HttpEntity<?> entity(Supplier<Object> body) {
			return (HttpEntity<?>) body.get();
		}

		@WriteLock("a")
		Optional<Object> optional(Supplier<Optional<Object>> body) {
			return body.get();
		}

		@WriteLock("a")
		List<?> list(Supplier<List<?>> body) {
			return body.get();
		}

		@WriteLock("a")
		CompletableFuture<Object> future(Supplier<CompletableFuture<Object>> body) {
			return body.get();
		}

		@WriteLock("a")
		Future<?> plain(Supplier<Future<?>> body) {
			return body.get();
		}

		@WriteLock("a")
		Mono<Object> mono(Supplier<Mono<Object>> body) {
			return body.get();
		}

		@WriteLock("a")
		Flux<?> flux(Supplier<Flux<?>> body) {
			return body.get();
		}

	}

	static class Generic<R> {

		@WriteLock("a")
		public R run(Supplier<R> body) {
			return body.get();
		}

	}

	static class MonoGeneric extends Generic<Mono<Boolean>> {

	}

	static class FutureGeneric extends Generic<CompletableFuture<Boolean>> {

	}

	static class PlainGeneric extends Generic<Boolean> {

	}

	static class StreamGeneric extends Generic<Stream<String>> {

	}

	/**
	 * To look at its elements would be work.
	 */
	private static final class Lazy extends AbstractList<Object> {

		@Override
		public Object get(int index) {
			throw new AssertionError();
		}

		@Override
		public int size() {
			throw new AssertionError();
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return this == other;
		}

		@Override
		public int hashCode() {
			return 1;
		}

		@Override
		public String toString() {
			return "lazy";
		}

	}

}
