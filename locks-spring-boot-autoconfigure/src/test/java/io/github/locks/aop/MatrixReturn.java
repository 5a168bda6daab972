package io.github.locks.aop;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/**
 * What a generated method returns: how it stands for the work, and how a caller sees the
 * end of the work.
 */
enum MatrixReturn {

	VOID("`void`", void.class), REFERENCE("a reference", String.class), PRIMITIVE("a primitive", long.class),
	OPTIONAL("`Optional`", Optional.class),

	COMPLETABLE_FUTURE("`CompletableFuture`", CompletableFuture.class),
	COMPLETION_STAGE("`CompletionStage`", CompletionStage.class), FUTURE("`Future`", Future.class),
	FUTURE_TASK("`FutureTask`, other futures", FutureTask.class),

	MONO("`Mono`", Mono.class), FLUX("`Flux`", Flux.class), PUBLISHER("`Publisher`", Publisher.class),
	FLOW_PUBLISHER("`Flow.Publisher`", Flow.Publisher.class), SINGLE("RxJava `Single`", Single.class),
	MAYBE("RxJava `Maybe`", Maybe.class), COMPLETABLE("RxJava `Completable`", Completable.class),
	OBSERVABLE("RxJava `Observable`", Observable.class), FLOWABLE("RxJava `Flowable`", Flowable.class),

	STREAM("`Stream`", Stream.class);

	private final String text;

	private final Class<?> type;

	MatrixReturn(String text, Class<?> type) {
		this.text = text;
		this.type = type;
	}

	/**
	 * Returns the name of the row in the table.
	 */
	String text() {
		return this.text;
	}

	Class<?> type() {
		return this.type;
	}

	/**
	 * Returns the type of a parameter that no other generated method has: so one class
	 * may have a fallback of the same name for each of its methods.
	 */
	Class<?> mark() {
		return (this == VOID) ? Void.class : this.type;
	}

	@Nullable Object noMark() {
		return (this == PRIMITIVE) ? 0L : null;
	}

	String methodName() {
		return Arrays.stream(name().split("_"))
			.map((part) -> part.charAt(0) + part.substring(1).toLowerCase(Locale.ROOT))
			.collect(Collectors.joining("", "returns", ""));
	}

	private @Nullable ReactiveAdapter adapter() {
		return isFuture() ? null : ReactiveAdapterRegistry.getSharedInstance().getAdapter(this.type);
	}

	boolean isFuture() {
		return Future.class.isAssignableFrom(this.type) || this == COMPLETION_STAGE;
	}

	/**
	 * Whether the work goes on when the method has returned.
	 */
	boolean isDeferred() {
		return isFuture() || adapter() != null;
	}

	/**
	 * Whether the caller gets the future of the method itself, not one of the library.
	 */
	boolean isOriginal() {
		return this == FUTURE_TASK;
	}

	/**
	 * Makes what a deferred method returns.
	 * @param end the work
	 * @param started told when somebody follows the work
	 */
	Object work(CompletableFuture<Object> end, Runnable started) {
		if (isFuture()) {
			started.run();
		}
		return switch (this) {
			case COMPLETABLE_FUTURE, COMPLETION_STAGE -> end;
			case FUTURE -> new PlainFuture(end);
			case FUTURE_TASK -> new Task(end);
			default -> Objects.requireNonNull(adapter())
				.fromPublisher(Mono.fromFuture(end).doOnSubscribe((subscription) -> started.run()));
		};
	}

	/**
	 * Returns what a caller sees of a result.
	 */
	@Nullable Object value(String result) {
		return switch (this) {
			case VOID -> null;
			case PRIMITIVE -> (long) result.length();
			case OPTIONAL -> Optional.of(result);
			case COMPLETABLE -> List.of();
			default -> (adapter() != null) ? List.of(result) : result;
		};
	}

	/**
	 * Returns what a caller sees of a skipped call.
	 */
	@Nullable Object empty() {
		return (this == OPTIONAL) ? Optional.empty() : ((adapter() != null) ? List.of() : null);
	}

	/**
	 * Begins to wait for the end of the work, as a caller would.
	 * @param result what the method has returned
	 */
	Future<?> observe(@Nullable Object result) {
		if (result instanceof Future<?> future) {
			return future;
		}
		ReactiveAdapter adapter = adapter();
		return (adapter != null) ? Flux.from(adapter.toPublisher(result)).collectList().toFuture()
				: CompletableFuture.completedFuture(result);
	}

	/**
	 * A future that cannot call back.
	 */
	private record PlainFuture(CompletableFuture<Object> work) implements Future<Object> {

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			return this.work.cancel(mayInterruptIfRunning);
		}

		@Override
		public boolean isCancelled() {
			return this.work.isCancelled();
		}

		@Override
		public boolean isDone() {
			return this.work.isDone();
		}

		@Override
		public Object get() throws InterruptedException, ExecutionException {
			return this.work.get();
		}

		@Override
		public Object get(long timeout, TimeUnit unit)
				throws InterruptedException, ExecutionException, TimeoutException {
			return this.work.get(timeout, unit);
		}

	}

	/**
	 * A future of a type that the library cannot make.
	 */
	private static final class Task extends FutureTask<Object> {

		private final CompletableFuture<Object> work;

		Task(CompletableFuture<Object> work) {
			super(() -> null);
			this.work = work;
			work.whenComplete((value, failure) -> {
				if (failure == null) {
					set(value);
				}
				else {
					setException(failure);
				}
			});
		}

		@Override
		protected void done() {
			if (isCancelled()) {
				this.work.cancel(true);
			}
		}

	}

}
