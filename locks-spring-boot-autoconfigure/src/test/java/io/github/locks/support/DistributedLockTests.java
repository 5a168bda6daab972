package io.github.locks.support;

import java.util.concurrent.TimeUnit;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import io.github.locks.spi.Lease;
import org.junit.jupiter.api.Test;
import org.mockito.BDDMockito;
import org.mockito.Mockito;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DistributedLock}.
 */
class DistributedLockTests {

	private final DistributedLock lock = new DistributedLock(new FairLock("a", 0, 0));

	@Test
	void whatLingersIsOfOneLease() {
		Lease lease = Mockito.mock(Lease.class);
		DefaultLockHandle handle = Mockito.mock(DefaultLockHandle.class);
		BDDMockito.given(handle.minimumHoldNanos()).willReturn(TimeUnit.HOURS.toNanos(1));
		Acquisition acquisition = this.lock.queue()
			.prepare(LockType.DISTRIBUTED, LockOwner.create("owner"), null, null);
		this.lock.queue().acquire(acquisition, false);
		this.lock.begin(acquisition, HeldLease.granted(lease, LockType.DISTRIBUTED, 0, Validity.UNLIMITED),
				(granted) -> handle);
		DistributedLock.Departure departure = this.lock.leave(acquisition, () -> {
		}, (held) -> true);
		assertThat(departure.lingering()).isNotNull();
		assertThat(this.lock.lingering(lease)).hasValue(departure.lingering());
		assertThat(this.lock.lingering(null)).hasValue(departure.lingering());
		assertThat(this.lock.lingering(Mockito.mock(Lease.class))).isEmpty();
	}

}
