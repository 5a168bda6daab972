package io.github.locks;

import java.util.Comparator;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * Which resources to show, and how much of each: see
 * {@link LockManager#getOverview(LockQuery)}. Immutable; begin with {@link #HOTTEST}.
 *
 * @param state what the resources have in common
 * @param sort what comes first, and what is left out if there are more than the limit
 * @param names which names to show
 * @param limit how many resources at most
 * @param operations how many recent operations of each at most
 */
public record LockQuery(State state, Sort sort, Predicate<? super String> names, int limit, int operations) {

	/** All resources, the hottest first, with all of their recent operations. */
	public static final LockQuery HOTTEST = new LockQuery(State.ALL, Sort.HEAT, new Everything(), Integer.MAX_VALUE,
			Integer.MAX_VALUE);

	/**
	 * Refuses negative numbers.
	 */
	public LockQuery {
		if (limit < 0 || operations < 0) {
			throw new IllegalArgumentException(
					"'limit' and 'operations' must not be negative, but are " + limit + " and " + operations);
		}
	}

	/**
	 * Returns this query for resources in a state.
	 * @param state what they have in common
	 * @return a new query
	 */
	public LockQuery withState(State state) {
		return new LockQuery(state, this.sort, this.names, this.limit, this.operations);
	}

	/**
	 * Returns this query in another order.
	 * @param sort what comes first
	 * @return a new query
	 */
	public LockQuery withSort(Sort sort) {
		return new LockQuery(this.state, sort, this.names, this.limit, this.operations);
	}

	/**
	 * Returns this query for resources whose names have a text in them, whatever its
	 * case.
	 * @param text the text
	 * @return a new query
	 */
	public LockQuery withNamesLike(String text) {
		return withNames(new Containing(text));
	}

	/**
	 * Returns this query for other names.
	 * @param names which names to show
	 * @return a new query
	 */
	public LockQuery withNames(Predicate<? super String> names) {
		return new LockQuery(this.state, this.sort, names, this.limit, this.operations);
	}

	/**
	 * Returns this query with another limit.
	 * @param limit how many resources at most
	 * @return a new query
	 */
	public LockQuery withLimit(int limit) {
		return new LockQuery(this.state, this.sort, this.names, limit, this.operations);
	}

	/**
	 * Returns this query with another number of operations.
	 * @param operations how many recent operations of each resource at most
	 * @return a new query
	 */
	public LockQuery withOperations(int operations) {
		return new LockQuery(this.state, this.sort, this.names, this.limit, operations);
	}

	/**
	 * Whether a resource is one of those that are asked for.
	 * @param resource what is known of it
	 * @return {@code false} if it is not to be shown
	 */
	public boolean matches(ResourceHeat resource) {
		return this.state.includes(resource.holders(), resource.waiters()) && this.names.test(resource.resourceName());
	}

	/**
	 * What resources have in common.
	 */
	public enum State {

		/** Nothing. */
		ALL,

		/** Somebody holds a lock. */
		HELD,

		/** Somebody waits for a lock. */
		WAITING,

		/** Nobody holds a lock or waits for one. */
		FREE;

		/**
		 * Whether a resource is in this state.
		 * @param holders how many hold a lock
		 * @param waiters how many wait for one
		 * @return {@code false} if it is in another one
		 */
		public boolean includes(int holders, int waiters) {
			return switch (this) {
				case ALL -> true;
				case HELD -> holders > 0;
				case WAITING -> waiters > 0;
				case FREE -> holders == 0 && waiters == 0;
			};
		}

	}

	/**
	 * What comes first.
	 */
	public enum Sort {

		/**
		 * What somebody waits for, then what somebody holds, then what was waited for
		 * longest, then what was locked most often.
		 */
		HEAT(Sort::compareHeat),

		/** The first name of the alphabet. */
		NAME(Comparator.comparing(ResourceHeat::resourceName)),

		/** What was locked most often. */
		ACQUISITIONS(mostFirst(ResourceHeat::totalAcquisitions)),

		/** What was waited for longest, all waits together. */
		WAIT(mostFirst(ResourceHeat::totalWaitTimeMs)),

		/** What was held longest, all holds together. */
		HOLD(mostFirst(ResourceHeat::totalHoldTimeMs)),

		/** What was asked for in vain most often. */
		TIMEOUTS(mostFirst(ResourceHeat::totalTimeouts));

		@SuppressWarnings("ImmutableEnumChecker") // a function without state
		private final Comparator<ResourceHeat> order;

		Sort(Comparator<ResourceHeat> order) {
			this.order = order.thenComparing(ResourceHeat::resourceName);
		}

		/**
		 * Returns the order; resources that are the same otherwise are ordered by name.
		 * @return what comes first is the least
		 */
		public Comparator<ResourceHeat> order() {
			return this.order;
		}

		private static int compareHeat(ResourceHeat a, ResourceHeat b) {
			int result = Boolean.compare(b.waiters() > 0, a.waiters() > 0);
			if (result == 0) {
				result = Boolean.compare(b.holders() > 0, a.holders() > 0);
			}
			if (result == 0) {
				result = Double.compare(b.totalWaitTimeMs(), a.totalWaitTimeMs());
			}
			return (result != 0) ? result : Long.compare(b.totalAcquisitions(), a.totalAcquisitions());
		}

		private static Comparator<ResourceHeat> mostFirst(ToDoubleFunction<ResourceHeat> number) {
			return (a, b) -> Double.compare(number.applyAsDouble(b), number.applyAsDouble(a));
		}

	}

	/**
	 * All names.
	 */
	private record Everything() implements Predicate<String> {

		@Override
		public boolean test(String name) {
			return true;
		}

	}

	/**
	 * All names with a text in them.
	 *
	 * @param text the text
	 */
	private record Containing(String text) implements Predicate<String> {

		@Override
		public boolean test(String name) {
			int length = this.text.length();
			for (int begin = name.length() - length; begin >= 0; begin--) {
				if (name.regionMatches(true, begin, this.text, 0, length)) {
					return true;
				}
			}
			return false;
		}

	}

}
