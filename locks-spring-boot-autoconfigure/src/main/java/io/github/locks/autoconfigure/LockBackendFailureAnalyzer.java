package io.github.locks.autoconfigure;

import io.github.locks.LockBackendException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a backend of distributed locks that cannot be used at start.
 */
final class LockBackendFailureAnalyzer extends AbstractFailureAnalyzer<LockBackendException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, LockBackendException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()),
				"Let 'locks.directory' name a directory that this process may create and write to, "
						+ "or declare a LockBackend bean.",
				cause);
	}

}
