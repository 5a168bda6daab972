package io.github.locks.autoconfigure;

import io.github.locks.annotation.WriteLock;

/**
 * A bean with an annotation; public because proxies in other class loaders extend it.
 */
public class AnnotatedService {

	/**
	 * Runs under a lock.
	 * @return 42
	 */
	@WriteLock("answer")
	public int answer() {
		return 42;
	}

}
