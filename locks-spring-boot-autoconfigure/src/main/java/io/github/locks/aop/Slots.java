package io.github.locks.aop;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The local variables and the operand stack at one place of a method, as far as it is of
 * interest: which of them are {@code this}. A known object is the name of the class whose
 * {@code this} it is; everything else is {@code null}.
 */
final class Slots {

	private final List<@Nullable String> locals;

	private final List<@Nullable String> stack;

	Slots() {
		this(new ArrayList<>(), new ArrayList<>());
	}

	private Slots(List<@Nullable String> locals, List<@Nullable String> stack) {
		this.locals = locals;
		this.stack = stack;
	}

	Slots copy() {
		return new Slots(new ArrayList<>(this.locals), new ArrayList<>(this.stack));
	}

	/**
	 * Returns what a handler of exceptions finds: the locals, and the exception on the
	 * stack.
	 */
	Slots atHandler() {
		Slots slots = new Slots(new ArrayList<>(this.locals), new ArrayList<>());
		slots.push(null);
		return slots;
	}

	int depth() {
		return this.stack.size();
	}

	void push(@Nullable String value) {
		this.stack.add(value);
	}

	void pushUnknown(int count) {
		for (int i = 0; i < count; i++) {
			push(null);
		}
	}

	@Nullable String pop() {
		return this.stack.remove(this.stack.size() - 1);
	}

	void pop(int count) {
		this.stack.subList(this.stack.size() - count, this.stack.size()).clear();
	}

	/**
	 * Returns the slot that has a number of others above it.
	 */
	@Nullable String peek(int above) {
		return this.stack.get(this.stack.size() - 1 - above);
	}

	/**
	 * Inserts a copy of the uppermost slots below them and some others.
	 * @param count how many to copy
	 * @param over how many others stay above the copy, next to the originals
	 */
	void duplicate(int count, int over) {
		int size = this.stack.size();
		List<@Nullable String> copy = new ArrayList<>(this.stack.subList(size - count, size));
		this.stack.addAll(size - count - over, copy);
	}

	void swap() {
		this.stack.add(this.stack.size() - 1, pop());
	}

	@Nullable String load(int local) {
		return (local < this.locals.size()) ? this.locals.get(local) : null;
	}

	void store(int local, @Nullable String value) {
		while (this.locals.size() <= local) {
			this.locals.add(null);
		}
		this.locals.set(local, value);
	}

	/**
	 * Forgets what is not the same on another way to the same place.
	 */
	void merge(Slots other) {
		if (depth() != other.depth()) {
			throw new IllegalStateException("Stacks of " + depth() + " and " + other.depth() + " slots meet");
		}
		for (int i = 0; i < this.locals.size(); i++) {
			this.locals.set(i, same(this.locals.get(i), other.load(i)));
		}
		for (int i = 0; i < this.stack.size(); i++) {
			this.stack.set(i, same(this.stack.get(i), other.stack.get(i)));
		}
	}

	private static @Nullable String same(@Nullable String one, @Nullable String other) {
		return (one != null && one.equals(other)) ? one : null;
	}

}
