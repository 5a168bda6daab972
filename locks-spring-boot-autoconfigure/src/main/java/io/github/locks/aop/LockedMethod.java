package io.github.locks.aop;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * A method and its locks: what the annotations say, parsed and checked. Immutable.
 */
final class LockedMethod {

	private static final AtomicLong CALLS = new AtomicLong();

	private final List<MethodLock> locks;

	private final String label;

	private final ReturnType returns;

	private final @Nullable Object skipped;

	private final @Nullable TokenParameter token;

	private final boolean interrupting;

	/** The plan of all calls, unless it depends on the call. */
	private final @Nullable List<PlannedLock> fixedPlan;

	LockedMethod(List<MethodLock> locks, String label, ReturnType returns, @Nullable Object skipped,
			@Nullable TokenParameter token) {
		this.locks = List.copyOf(locks);
		this.label = label;
		this.returns = returns;
		this.skipped = skipped;
		this.token = token;
		this.interrupting = this.locks.stream().anyMatch((lock) -> lock.declaration().interrupt());
		List<PlannedLock> plan = this.locks.stream()
			.map(MethodLock::planForAll)
			.flatMap(Optional::stream)
			.sorted(PlannedLock.ORDER)
			.toList();
		this.fixedPlan = (plan.size() == this.locks.size()) ? plan : null;
	}

	/**
	 * Returns a name for the owner of one call, different from those of other calls.
	 * @param caller who or what makes the call
	 */
	static String nextCall(String caller) {
		return caller + "#" + CALLS.incrementAndGet();
	}

	/**
	 * Returns the locks that one call is to take, in the order to take them. Evaluates
	 * conditions and templates, so it is called once for a call.
	 */
	List<PlannedLock> plan(MethodInvocation invocation) {
		List<PlannedLock> fixed = this.fixedPlan;
		if (fixed != null) {
			return fixed;
		}
		CallRoot root = new CallRoot(invocation);
		if (this.locks.size() == 1) {
			PlannedLock only = this.locks.get(0).plan(root);
			return (only != null) ? List.of(only) : List.of();
		}
		List<PlannedLock> plan = new ArrayList<>(this.locks.size());
		for (MethodLock lock : this.locks) {
			PlannedLock planned = lock.plan(root);
			if (planned != null) {
				plan.add(planned);
			}
		}
		plan.sort(PlannedLock.ORDER);
		return plan;
	}

	/**
	 * Gives the method the fencing token, if it has a parameter for it.
	 */
	void passToken(MethodInvocation invocation, HeldLocks held) {
		if (this.token != null) {
			this.token.pass(invocation, held);
		}
	}

	/**
	 * Makes sure that what a caller is to get is finished, where the declaration does not
	 * say so.
	 * @param received what the method returns, or what its future or publisher gives
	 * @throws InvalidLockAnnotationException if there is work in it that goes on
	 */
	void checkFinished(@Nullable Object received) {
		Object work = this.returns.unfinishedIn(received);
		if (work != null && received != null) {
			String inside = (work != received) ? " with a " + work.getClass().getName() + " in it" : "";
			throw new InvalidLockAnnotationException(
					describe() + " returned a " + received.getClass().getName() + inside
							+ ", whose work goes on when the lock was given back.",
					(work == received && this.returns.isValue()) ? "Declare that type, and not "
							+ this.returns.result().getSimpleName() + ", as the return type of the method."
							: ReturnType.REMEDY_INSIDE);
		}
	}

	/**
	 * Returns the value of a skipped call: what it returns, or what its future gives.
	 * @return an empty {@code Optional} where that is declared, else {@code null}
	 */
	@Nullable Object skipped() {
		return this.skipped;
	}

	/** Whether the loss of a lock is to interrupt the work. */
	boolean isInterrupting() {
		return this.interrupting;
	}

	List<MethodLock> locks() {
		return this.locks;
	}

	ReturnType returns() {
		return this.returns;
	}

	String label() {
		return this.label;
	}

	/**
	 * Returns annotations, templates and method for messages.
	 */
	String describe() {
		return this.locks.stream().map((lock) -> lock.declaration().describe()).collect(Collectors.joining(" and "));
	}

	@Override
	public String toString() {
		return describe();
	}

}
