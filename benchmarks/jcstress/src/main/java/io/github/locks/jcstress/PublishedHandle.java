package io.github.locks.jcstress;

import io.github.locks.LockHandle;
import io.github.locks.LockType;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A handle that got to another thread by a race is whole.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "not seen")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "whole")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "what the lock must not allow")
@State
public class PublishedHandle {

	private final String resource = Locks.newResource();

	private LockHandle published;

	@Actor
	public void publish() {
		this.published = Locks.MANAGER.writeLock(this.resource);
	}

	@Actor
	public void look(I_Result result) {
		LockHandle seen = this.published;
		if (seen != null) {
			result.r1 = (this.resource.equals(seen.resource()) && seen.type() == LockType.WRITE
					&& !seen.owner().name().isEmpty() && !seen.isLost()) ? 1 : -1;
		}
	}

	@Arbiter
	public void close() {
		this.published.close();
	}

}
