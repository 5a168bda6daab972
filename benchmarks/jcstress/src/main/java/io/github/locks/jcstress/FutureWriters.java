package io.github.locks.jcstress;

import io.github.locks.LockRequest;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two futures count under the write lock.
 */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "first, second")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "second, first")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "what the lock must not allow")
@State
public class FutureWriters {

	private final String resource = Locks.newResource();

	private int value;

	@Actor
	public void one(II_Result result) {
		result.r1 = count();
	}

	@Actor
	public void two(II_Result result) {
		result.r2 = count();
	}

	private int count() {
		return Locks.MANAGER.acquireAsync(LockRequest.write(this.resource).build()).thenApply((held) -> {
			int counted = ++this.value;
			held.close();
			return counted;
		}).join();
	}

}
