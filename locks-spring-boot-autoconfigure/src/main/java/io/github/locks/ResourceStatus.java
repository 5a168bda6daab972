package io.github.locks;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who holds and who waits for one resource.
 *
 * @param resourceName name of the resource
 * @param locks status by the {@linkplain LockType#key() key} of each kind of lock that
 * somebody holds or waits for
 */
public record ResourceStatus(String resourceName, Map<String, LockStatus> locks) {

	/**
	 * Copies the map, keeping its order.
	 */
	public ResourceStatus {
		locks = Collections.unmodifiableMap(new LinkedHashMap<>(locks));
	}

	@Override
	public String toString() {
		return LockNames.describe(this, "resourceName", this.resourceName, "locks", this.locks);
	}

}
