package io.github.locks.benchmarks;

import java.util.concurrent.TimeUnit;

import io.github.locks.LockManager;
import io.github.locks.autoconfigure.LocksAutoConfiguration;
import io.github.locks.benchmarks.AnnotatedCall.Call;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * One thread calls a method of a bean.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class AnnotatedCallBenchmark {

	/** What is called. */
	@Param
	public AnnotatedCall subject = AnnotatedCall.UNADVISED;

	private @Nullable AnnotationConfigApplicationContext context;

	private Call call = (id) -> id;

	private long id;

	/** Starts the application. */
	@Setup
	public void start() {
		this.context = new AnnotationConfigApplicationContext();
		if (this.subject.isStubbed()) {
			this.context.registerBean(LockManager.class, StubLockManager::new);
		}
		this.context.register(Beans.Application.class, LocksAutoConfiguration.class);
		this.context.refresh();
		this.call = this.subject.of(this.context);
	}

	/** Closes the application. */
	@TearDown
	public void close() {
		if (this.context != null) {
			this.context.close();
		}
	}

	/**
	 * Calls, with one of a hundred arguments.
	 * @return the result
	 */
	@Benchmark
	public long call() {
		this.id = (this.id < 99) ? this.id + 1 : 0;
		return this.call.run(this.id);
	}

}
