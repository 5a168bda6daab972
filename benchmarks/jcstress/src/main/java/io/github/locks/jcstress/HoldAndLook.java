package io.github.locks.jcstress;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * Who looks at a lock, or finds it taken, sees of a hold what belongs together: the time,
 * which is the number of its owner here, and its owner.
 */
@JCStressTest
@Outcome(id = { "0, 0", "1, 0", "2, 0", "0, 1", "1, 1", "2, 1", "0, 2", "1, 2", "2, 2" }, expect = Expect.ACCEPTABLE,
		desc = "free, the first or the second")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "what the lock must not allow")
@State
public class HoldAndLook {

	private static final LockOwner[] OWNERS = { LockOwner.create("0"), LockOwner.create("1"), LockOwner.create("2") };

	private final FairLock lock = new FairLock("a", 0, 0);

	@Actor
	public void hold() {
		hold(1);
		hold(2);
	}

	private void hold(int number) {
		long token = this.lock.enter(LockType.WRITE, OWNERS[number], null, number);
		if (token != 0 && this.lock.beginExit(token, LockType.WRITE)) {
			this.lock.endExit(token, 0);
		}
		else {
			this.lock.findAdopted(token).ifPresent(this.lock::release);
		}
	}

	@Actor
	public void look(JJ_Result result) {
		result.r1 = numberOf(this.lock.snapshot().granted());
		Acquisition asking = this.lock.prepare(LockType.WRITE, OWNERS[0], null, null);
		result.r2 = switch (this.lock.acquire(asking, true)) {
			case QUEUED -> numberOf(asking.holders());
			default -> 0;
		};
	}

	/** Returns -1 if what is known of the holder does not belong together. */
	private static long numberOf(Iterable<Acquisition> holders) {
		for (Acquisition holder : holders) {
			long number = holder.grantedNanos();
			return (number > 0 && number < OWNERS.length && holder.owner() == OWNERS[(int) number]) ? number : -1;
		}
		return 0;
	}

}
