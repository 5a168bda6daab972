package io.github.locks;

import org.jspecify.annotations.Nullable;

/**
 * Something about a resource that the numbers say should be changed.
 *
 * @param resourceName name of the resource
 * @param lock the kind of lock that is asked for, as its {@linkplain LockType#key() key}
 * @param kind what is wrong
 * @param timeoutMs how long requests wait, in milliseconds
 * @param holdTimeMs how long one of a hundred holds lasts at least that they wait for, in
 * milliseconds
 * @param setting what to raise, or {@code null} if it must not be told
 * @param message the same in words, without the name
 */
public record LockAdvice(String resourceName, String lock, Kind kind, double timeoutMs, double holdTimeMs,
		@Nullable String setting, String message) {

	/**
	 * What can be wrong.
	 */
	public enum Kind {

		/** Requests give up before holds that are not rare would have ended. */
		TIMEOUT_BELOW_HOLD

	}

	@Override
	public String toString() {
		return LockNames.describe(this, "resourceName", this.resourceName, "lock", this.lock, "kind", this.kind,
				"timeoutMs", this.timeoutMs, "holdTimeMs", this.holdTimeMs, "setting", this.setting, "message",
				this.message);
	}

}
