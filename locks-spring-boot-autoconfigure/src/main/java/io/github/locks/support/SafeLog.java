package io.github.locks.support;

import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * Logs where a failure to log must change nothing: the appender is somebody else's code,
 * and a lock waits to be given back.
 */
final class SafeLog {

	private SafeLog() {
	}

	static void debug(Log logger, String message, Throwable cause) {
		guard(() -> logger.debug(message, cause));
	}

	static void info(Log logger, String message) {
		guard(() -> logger.info(message));
	}

	static void warn(Log logger, String message, @Nullable Throwable cause) {
		guard(() -> logger.warn(message, cause));
	}

	static void error(Log logger, String message, Throwable cause) {
		guard(() -> logger.error(message, cause));
	}

	private static void guard(Runnable call) {
		try {
			call.run();
		}
		catch (Throwable ex) {
			// there is nobody left to tell
		}
	}

}
