package io.github.locks.statistics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the recorders of resources whose locks are not in memory any more, up to a
 * number; then those that were put away first are forgotten. Safe for use by several
 * threads.
 */
public final class StatisticsArchive {

	private final boolean enabled;

	private final int historySize;

	private final int maxResources;

	/** Changed under the monitor only, together with the order; read without it. */
	private final Map<String, ResourceRecorder> recorders = new ConcurrentHashMap<>();

	/** The names, first put away first. */
	@GuardedBy("this")
	private final Set<String> order = new LinkedHashSet<>();

	/**
	 * Creates an empty archive.
	 * @param enabled whether anything is recorded at all
	 * @param historySize how many recent operations a resource remembers
	 * @param maxResources how many recorders are kept
	 */
	public StatisticsArchive(boolean enabled, int historySize, int maxResources) {
		this.enabled = enabled;
		this.historySize = historySize;
		this.maxResources = maxResources;
	}

	/**
	 * Takes the recorder of a resource out of the archive, or creates one.
	 * @param resource name of the resource
	 * @return its recorder
	 */
	public synchronized ResourceRecorder take(String resource) {
		if (!this.enabled) {
			return ResourceRecorder.DISABLED;
		}
		this.order.remove(resource);
		ResourceRecorder known = this.recorders.remove(resource);
		return (known != null) ? known : new ResourceRecorder(this.historySize);
	}

	/**
	 * Puts the recorder of a resource away, whose locks nobody uses.
	 * @param resource name of the resource
	 * @param recorder its recorder
	 */
	public synchronized void put(String resource, ResourceRecorder recorder) {
		if (!recorder.isEnabled()) {
			return;
		}
		recorder.compact(resource);
		this.recorders.put(resource, recorder);
		this.order.add(resource);
		if (this.order.size() > this.maxResources) {
			remove(this.order.iterator().next());
		}
	}

	/**
	 * Returns the archived recorder of a resource.
	 * @param resource name of the resource
	 * @return the recorder, or {@code null} if the archive has none
	 */
	public @Nullable ResourceRecorder find(String resource) {
		return this.recorders.get(resource);
	}

	/**
	 * Returns the names of all archived resources.
	 * @return a copy
	 */
	public List<String> resources() {
		return new ArrayList<>(this.recorders.keySet());
	}

	/**
	 * Returns all archived recorders by name, to be read while they change: what is put
	 * away or taken out meanwhile may be there or not.
	 * @return a view
	 */
	public Collection<Map.Entry<String, ResourceRecorder>> recorders() {
		return Collections.unmodifiableMap(this.recorders).entrySet();
	}

	/**
	 * Forgets a resource.
	 * @param resource name of the resource
	 */
	public synchronized void remove(String resource) {
		this.order.remove(resource);
		this.recorders.remove(resource);
	}

	/**
	 * Forgets all resources.
	 */
	public synchronized void clear() {
		this.order.clear();
		this.recorders.clear();
	}

}
