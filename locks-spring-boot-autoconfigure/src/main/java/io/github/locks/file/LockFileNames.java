package io.github.locks.file;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.locks.LockType;

/**
 * Names lock files after the hash of their resource's name, so that nothing of the name
 * reaches the file system. The read/write lock of a resource has a file of its own. The
 * names used last are remembered. Safe for use by several threads.
 */
final class LockFileNames {

	private static final int REMEMBERED = 2000;

	/** No name of a resource has a NUL. */
	private static final String READ_WRITE = "read/write\0";

	private final Map<String, String> exclusive = new ConcurrentHashMap<>();

	private final Map<String, String> shared = new ConcurrentHashMap<>();

	/** The name of a lock file, without its ending: 64 hexadecimal digits. */
	String of(String resource, LockType type) {
		Map<String, String> known = (type == LockType.DISTRIBUTED) ? this.exclusive : this.shared;
		String name = known.get(resource);
		if (name == null) {
			name = hash((type == LockType.DISTRIBUTED) ? resource : READ_WRITE + resource);
			if (known.size() >= REMEMBERED) {
				known.clear();
			}
			known.put(resource, name);
		}
		return name;
	}

	private static String hash(String name) {
		try {
			byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
			return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

}
