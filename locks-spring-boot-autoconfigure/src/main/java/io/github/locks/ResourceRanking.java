package io.github.locks;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Finds the first resources of a query among any number of them, in little memory. For
 * those who implement {@link LockManager#getOverview(LockQuery)}. For one thread.
 */
public final class ResourceRanking {

	private final LockQuery query;

	/** The last of those that are in comes out first. */
	private final PriorityQueue<ResourceHeat> first;

	private int matching;

	/**
	 * Starts without resources.
	 * @param query what is asked for
	 */
	public ResourceRanking(LockQuery query) {
		this.query = query;
		this.first = new PriorityQueue<>(query.sort().order().reversed());
	}

	/**
	 * Takes a resource into account.
	 * @param resource what is known of it
	 */
	public void offer(ResourceHeat resource) {
		if (!this.query.matches(resource)) {
			return;
		}
		this.matching++;
		if (this.first.size() < this.query.limit()) {
			this.first.add(resource);
		}
		else if (!this.first.isEmpty() && this.query.sort().order().compare(resource, this.first.element()) < 0) {
			this.first.remove();
			this.first.add(resource);
		}
	}

	/**
	 * Returns the names of the first resources.
	 * @return as many as the query asks for, in its order
	 */
	public List<String> names() {
		LinkedHashSet<String> names = new LinkedHashSet<>();
		this.first.stream().sorted(this.query.sort().order()).forEach((resource) -> names.add(resource.resourceName()));
		return new ArrayList<>(names);
	}

	/**
	 * Returns how many more resources there are.
	 * @return zero if all that match are among the first
	 */
	public int leftOut() {
		return this.matching - this.first.size();
	}

}
