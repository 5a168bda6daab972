package io.github.locks.deadlock;

import java.util.ArrayList;
import java.util.List;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.spi.LockClaim;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link WaitForGraph} with claims that change while they are looked at.
 */
class WaitForGraphTests {

	private final WaitForGraph graph = new WaitForGraph();

	private final LockOwner one = LockOwner.create("one");

	private final LockOwner two = LockOwner.create("two");

	private final Claim oneHolds = new Claim("a", this.one, false);

	private final Claim twoHolds = new Claim("b", this.two, false);

	private final Claim oneWaits = add(new Claim("b", this.one, true, this.twoHolds));

	private final Claim twoWaits = add(new Claim("a", this.two, true, this.oneHolds));

	@Test
	void cycleThatStandsStillIsFound() {
		assertThat(this.graph.cycles()).singleElement()
			.satisfies((cycle) -> assertThat(cycle).containsExactlyInAnyOrder(this.oneWaits, this.twoWaits));
		assertThat(this.graph.cycleThrough(this.twoWaits)).containsExactlyInAnyOrder(this.oneWaits, this.twoWaits);
	}

	@Test
	void stepsThatNeverExistedTogetherAreNoCycle() {
		this.graph.remove(this.oneWaits);
		Claim gone = add(new Claim("b", this.one, true, this.twoHolds));
		gone.looksUntilGone = 1;
		assertThat(this.graph.cycleThrough(this.twoWaits)).isEmpty();
		gone.looksUntilGone = 1;
		assertThat(this.graph.cycles()).isEmpty();
		gone.looksUntilGone = Integer.MAX_VALUE;
		assertThat(this.graph.cycleThrough(this.twoWaits)).hasSize(2);
		assertThat(this.graph.cycles()).hasSize(1);
	}

	@Test
	void endedClaimsAreForgotten() {
		this.graph.remove(this.twoWaits);
		assertThat(this.graph.cycles()).isEmpty();
		assertThat(this.graph.queued()).containsExactly(this.oneWaits);
		this.graph.remove(this.oneWaits);
		this.graph.remove(this.oneWaits);
		assertThat(this.graph.queued()).isEmpty();
	}

	@Test
	void nestedOwnersStandForThoseWhoWaitForThem() {
		this.graph.remove(this.oneWaits);
		Claim nested = add(new Claim("b", this.one.nested("call"), true, this.twoHolds));
		assertThat(this.graph.cycleThrough(nested)).containsExactlyInAnyOrder(nested, this.twoWaits);
		this.graph.remove(nested);
		assertThat(this.graph.cycles()).isEmpty();
		Claim beside = add(new Claim("b", this.one.child("task"), true, this.twoHolds));
		assertThat(this.graph.cycleThrough(beside)).isEmpty();
		assertThat(this.graph.cycles()).isEmpty();
	}

	private Claim add(Claim claim) {
		this.graph.add(claim);
		return claim;
	}

	/**
	 * A claim that may be gone after it was looked at a number of times.
	 */
	private static final class Claim implements LockClaim {

		private final String resource;

		private final LockOwner owner;

		private final boolean waits;

		private final List<Claim> blockers;

		private int looksUntilGone = Integer.MAX_VALUE;

		Claim(String resource, LockOwner owner, boolean waits, Claim... blockers) {
			this.resource = resource;
			this.owner = owner;
			this.waits = waits;
			this.blockers = List.of(blockers);
		}

		@Override
		public String resource() {
			return this.resource;
		}

		@Override
		public LockType type() {
			return LockType.WRITE;
		}

		@Override
		public LockOwner owner() {
			return this.owner;
		}

		@Override
		public @Nullable String method() {
			return null;
		}

		@Override
		public boolean isQueued() {
			return this.waits && this.looksUntilGone > 0;
		}

		@Override
		public boolean isGranted() {
			return !this.waits;
		}

		@Override
		public long requestedNanos() {
			return 0;
		}

		@Override
		public List<Claim> blockers() {
			return (isQueued() && this.looksUntilGone-- > 0) ? new ArrayList<>(this.blockers) : List.of();
		}

		@Override
		public List<Claim> holders() {
			return this.blockers;
		}

		@Override
		public boolean fail(RuntimeException failure) {
			return false;
		}

	}

}
