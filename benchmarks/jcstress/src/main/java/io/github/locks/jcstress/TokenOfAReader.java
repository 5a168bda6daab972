package io.github.locks.jcstress;

import io.github.locks.LockType;
import io.github.locks.local.FairLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * The token of a reader is more than that of the writer before it, and less than that of
 * the writer after it.
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "in order")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "what the lock must not allow")
@State
public class TokenOfAReader {

	private final FairLock lock = Requests.lockWithSlots();

	private final Request reader = new Request(this.lock, LockType.READ);

	private final Request writer = new Request(this.lock, LockType.WRITE);

	private boolean written;

	private boolean after;

	@Actor
	public void read() {
		if (this.reader.take()) {
			this.after = this.written;
			this.reader.release();
		}
	}

	@Actor
	public void write() {
		if (this.writer.take()) {
			this.written = true;
			this.writer.release();
		}
	}

	@Arbiter
	public void compare(Z_Result result) {
		long read = this.reader.fencingToken();
		long write = this.writer.fencingToken();
		result.r1 = read == 0 || write == 0 || (this.after ? read > write : read < write);
	}

}
