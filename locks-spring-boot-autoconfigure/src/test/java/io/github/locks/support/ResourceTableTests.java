package io.github.locks.support;

import java.util.concurrent.TimeUnit;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.Outcome;
import io.github.locks.local.Request;
import io.github.locks.statistics.StatisticsArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ResourceTable} with requests that looked a resource up, and ask it
 * after it was evicted.
 */
class ResourceTableTests {

	private static final LockOwner OWNER = LockOwner.create("o");

	private final ResourceTable table = new ResourceTable(new StatisticsArchive(true, 0, 10), 10, Fairness.STRICT);

	@ParameterizedTest
	@EnumSource
	void evictedResourceIsOfNoUse(LockType type) {
		ManagedResource resource = this.table.get("a");
		evict();
		Acquisition late = prepare(resource, type);
		assertThat(late.lock().enter(type, OWNER, null, 1)).isZero();
		assertThat(late.lock().acquire(late, true)).isEqualTo(Outcome.RETIRED);
		assertThat(this.table.renew("a")).isNotSameAs(resource);
	}

	@ParameterizedTest
	@EnumSource
	void resourceInUseIsKept(LockType type) {
		ManagedResource resource = this.table.get("a");
		Acquisition held = prepare(resource, type);
		assertThat(held.lock().acquire(held, true)).isEqualTo(Outcome.GRANTED);
		evict();
		assertThat(this.table.get("a")).isSameAs(resource);
		assertThat(resource.queue(type)).isSameAs(held.lock());
		held.lock().release(held);
		evict();
		assertThat(this.table.find("a")).isNull();
	}

	@Test
	void tokensGrowOverAnEviction() {
		Request before = write(this.table.get("a"));
		// Tokens of a new lock begin with microseconds of the clock: be far ahead of it.
		for (int i = 0; i < 1_000_000; i++) {
			before.release();
			before = write(this.table.get("a"));
		}
		before.release();
		evict();
		Request after = write(this.table.get("a"));
		assertThat(after.lock()).isNotSameAs(before.lock());
		assertThat(after.fencingToken()).isGreaterThan(before.fencingToken());
	}

	private void evict() {
		this.table.evictIdle(-TimeUnit.HOURS.toNanos(1));
	}

	private static Request write(ManagedResource resource) {
		Request request = new Request(resource, LockType.WRITE, OWNER);
		assertThat(request.tryEnter()).isTrue();
		return request;
	}

	private static Acquisition prepare(ManagedResource resource, LockType type) {
		return resource.queue(type).prepare(type, OWNER, null, null);
	}

}
