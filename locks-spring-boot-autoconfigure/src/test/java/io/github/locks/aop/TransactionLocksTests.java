package io.github.locks.aop;

import java.util.ArrayList;
import java.util.List;

import io.github.locks.LockOwner;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a transaction keeps, and when it lets go of it.
 */
class TransactionLocksTests {

	private final List<String> log = new ArrayList<>();

	private final TransactionLocks locks = new TransactionLocks(LockOwner.create("transaction"));

	@Test
	void eachIsGivenBackWhateverBecomesOfTheOthers() {
		this.locks.keep(kept("first", () -> {
		}));
		IllegalStateException second = new IllegalStateException("second");
		this.locks.keep(kept("second", () -> {
			throw second;
		}));
		NoClassDefFoundError third = new NoClassDefFoundError("third");
		this.locks.keep(kept("third", () -> {
			throw third;
		}));
		assertThatExceptionOfType(NoClassDefFoundError.class).isThrownBy(this.locks::close).isSameAs(third);
		assertThat(third.getSuppressed()).containsExactly(second);
		assertThat(this.log).containsExactly("third", "second", "first");
	}

	private TransactionLocks.Kept kept(String name, Runnable whenClosed) {
		return new TransactionLocks.Kept() {

			@Override
			public void checkHeld() {
				TransactionLocksTests.this.log.add("check " + name);
			}

			@Override
			public void close() {
				TransactionLocksTests.this.log.add(name);
				whenClosed.run();
			}

		};
	}

}
