package io.github.locks.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.github.locks.LockOwner;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One thread takes a free lock and gives it back.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class UncontendedBenchmark {

	/** The lock. */
	@Param
	public Peer subject = Peer.RRWL_FAIR;

	private GuardedWork lock = Peer.RRWL_FAIR.create();

	private final LockOwner owner = LockOwner.current();

	private long value;

	private final LongSupplier work = () -> ++this.value;

	/** Creates the lock. */
	@Setup
	public void create() {
		this.lock = this.subject.create();
	}

	/**
	 * Takes the read lock.
	 * @return something that depends on the work
	 */
	@Benchmark
	public long read() {
		return this.lock.read(this.owner, this.work);
	}

	/**
	 * Takes the write lock.
	 * @return something that depends on the work
	 */
	@Benchmark
	public long write() {
		return this.lock.write(this.owner, this.work);
	}

}
