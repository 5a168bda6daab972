package io.github.locks.redis;

import java.util.List;
import java.util.regex.Pattern;

import io.github.locks.lease.LockKey;

/**
 * The keys of one lock, all in one slot of a cluster. What people would type as a name is
 * found as it is in the keys, everything else as its hash.
 *
 * @param base what all of them begin with
 */
record LockKeys(String base) {

	private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.:/@-]{1,100}");

	static LockKeys of(String prefix, LockKey key) {
		String resource = key.resource();
		String name = PLAIN.matcher(resource).matches() ? resource : "#" + LockKey.hash(resource);
		return new LockKeys(prefix + ":{" + name + "}:" + (key.readWrite() ? "readwrite" : "lock"));
	}

	/**
	 * In the order of the script, with the key that tells that a request was withdrawn.
	 */
	List<String> all(String id) {
		return List.of(this.base + ":holders", this.base + ":queue", this.base + ":waiters", this.base + ":token",
				this.base + ":info", this.base + ":withdrawn:" + id);
	}

}
