package io.github.locks.jcstress;

import io.github.locks.LockRequest;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A reader in the future sees all that a writer in the future wrote, or nothing of it.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "before")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "after")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "what the lock must not allow")
@State
public class FutureReaderAndWriter {

	private final String resource = Locks.newResource();

	private int first;

	private int second;

	@Actor
	public void write() {
		Locks.MANAGER.acquireAsync(LockRequest.write(this.resource).build()).thenAccept((held) -> {
			this.first = 1;
			this.second = 1;
			held.close();
		}).join();
	}

	@Actor
	public void read(II_Result result) {
		Locks.MANAGER.acquireAsync(LockRequest.read(this.resource).build()).thenAccept((held) -> {
			result.r2 = this.second;
			result.r1 = this.first;
			held.close();
		}).join();
	}

}
