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
		this.locks.keep(kept("first"));
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

	@Test
	void whatComesAfterTheEndIsNotKept() {
		this.locks.close();
		assertThat(this.locks.keep(kept("late"))).isFalse();
		this.locks.close();
		assertThat(this.log).isEmpty();
	}

	@Test
	void whatComesDuringTheEndIsNotKept() {
		List<Boolean> answers = new ArrayList<>();
		assertThat(this.locks.keep(kept("first", () -> answers.add(this.locks.keep(kept("late")))))).isTrue();
		this.locks.close();
		this.locks.close();
		assertThat(answers).containsExactly(false);
		assertThat(this.log).containsExactly("first");
	}

	@Test
	void whatIsForgottenIsLeftAlone() {
		TransactionLocks.Kept refused = kept("refused");
		assertThat(this.locks.keep(kept("first")) && this.locks.keep(refused)).isTrue();
		this.locks.forget(refused);
		this.locks.checkHeld();
		this.locks.close();
		assertThat(this.log).containsExactly("check first", "first");
	}

	private TransactionLocks.Kept kept(String name) {
		return kept(name, () -> {
		});
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
