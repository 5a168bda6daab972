package io.github.locks.lease;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import io.github.locks.LockType;

/**
 * What is locked: readers and writers of a resource meet, its distributed lock is another
 * one.
 *
 * @param resource name of the resource
 * @param readWrite whether it is the lock of readers and writers
 */
public record LockKey(String resource, boolean readWrite) {

	static LockKey of(String resource, LockType type) {
		return new LockKey(resource, type != LockType.DISTRIBUTED);
	}

	/**
	 * Returns a name that is safe wherever it is kept, and the same for nothing else.
	 * @param text any text
	 * @return its SHA-256, as 64 hexadecimal digits
	 */
	public static String hash(String text) {
		try {
			byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
			return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

}
