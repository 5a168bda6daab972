package io.github.locks.aop.inherited;

import io.github.locks.annotation.WriteLock;

/**
 * A class that beans of another package inherit from.
 */
public class Elsewhere {

	@WriteLock("a")
	void run() {
	}

}
