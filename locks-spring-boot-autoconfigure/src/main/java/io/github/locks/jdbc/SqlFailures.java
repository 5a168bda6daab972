package io.github.locks.jdbc;

import java.sql.SQLException;
import java.util.List;

import io.github.locks.LockBackendException;
import io.github.locks.LockBackendUnavailableException;
import io.github.locks.LockNames;
import io.github.locks.LockType;

/**
 * Explains what databases say.
 */
final class SqlFailures {

	/** Classes of SQL states that say what is wrong with the request. */
	private static final List<String> REFUSALS = List.of("28", "42", "3D", "3F", "22", "0A", "90");

	/** H2 says like this that it is away. */
	private static final List<String> OUTAGES_OF_H2 = List.of("90067", "90098", "90121");

	private SqlFailures() {
	}

	static LockBackendException explain(String operation, String resource, LockType type, RuntimeException cause) {
		String message = "The database could not " + operation + " the " + type.key() + " lock on "
				+ LockNames.quote(resource) + ": " + reason(cause);
		if (isOutage(cause)) {
			return new LockBackendUnavailableException(
					message + ". Is the database there that 'spring.datasource.*' names, and may it be written to?",
					resource, type, cause);
		}
		return new LockBackendException(message
				+ ". Are the tables there (see 'locks.jdbc.initialize-schema'), and may the user read and write them?",
				resource, type, cause);
	}

	/** Whether it may be over soon: it is one unless the database has said no. */
	static boolean isOutage(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof Dialect.UnsupportedDatabaseException) {
				return false;
			}
			if (cause instanceof SQLException said && isRefusal(String.valueOf(said.getSQLState()))) {
				return false;
			}
		}
		return true;
	}

	private static boolean isRefusal(String state) {
		return !OUTAGES_OF_H2.contains(state) && REFUSALS.stream().anyMatch(state::startsWith);
	}

	/**
	 * The innermost message says what is wrong; the addresses of pools have no password.
	 */
	static String reason(Throwable failure) {
		Throwable cause = failure;
		while (cause.getCause() != null && cause.getCause() != cause) {
			cause = cause.getCause();
		}
		String message = cause.getMessage();
		return (message != null) ? message.lines().findFirst().orElse("").replaceFirst("\\.$", "")
				: cause.getClass().getName();
	}

}
