package io.github.locks.spi;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Those who want to be told when a resource may have become free, for backends that can
 * tell. Safe for use by several threads.
 */
public final class ReleaseWatches {

	private static final Log logger = LogFactory.getLog(ReleaseWatches.class);

	private final Map<String, Set<Runnable>> waiting = new ConcurrentHashMap<>();

	/**
	 * Adds somebody.
	 * @param resource the resource, by whatever name the backend has for it
	 * @param wakeUp what to run when it may be free
	 * @return what ends it
	 */
	public ReleaseWatch add(String resource, Runnable wakeUp) {
		Runnable own = new WakeUp(wakeUp)::run;
		this.waiting.compute(resource, (key, known) -> {
			Set<Runnable> all = (known != null) ? known : ConcurrentHashMap.newKeySet();
			all.add(own);
			return all;
		});
		return () -> this.waiting.computeIfPresent(resource, (key, known) -> {
			known.remove(own);
			return known.isEmpty() ? null : known;
		});
	}

	/**
	 * Whether nobody wants to be told of anything.
	 * @return {@code true} if there is nobody
	 */
	public boolean isEmpty() {
		return this.waiting.isEmpty();
	}

	/**
	 * Tells all who wait for a resource.
	 * @param resource the resource
	 */
	public void tell(String resource) {
		this.waiting.getOrDefault(resource, Set.of()).forEach(Runnable::run);
	}

	/**
	 * Tells all, as it is not known which resource became free.
	 */
	public void tellAll() {
		this.waiting.values().forEach((all) -> all.forEach(Runnable::run));
	}

	/**
	 * Different from all others, and without consequences for who tells.
	 */
	private record WakeUp(Runnable action) {

		void run() {
			try {
				this.action.run();
			}
			catch (RuntimeException ex) {
				logger.debug("Somebody who waits for a lock could not be told; it asks again later", ex);
			}
		}

	}

}
