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

	static void info(Log logger, String message) {
		try {
			logger.info(message);
		}
		catch (RuntimeException | Error ex) {
			// there is nobody left to tell
		}
	}

	static void warn(Log logger, String message, @Nullable Throwable cause) {
		try {
			logger.warn(message, cause);
		}
		catch (RuntimeException | Error ex) {
			// there is nobody left to tell
		}
	}

}
