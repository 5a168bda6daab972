package io.github.locks.jcstress;

import java.util.concurrent.atomic.AtomicLong;

import io.github.locks.support.DefaultLockManager;

/**
 * One manager for all tests of the API. Each state has a resource of its own.
 */
final class Locks {

	static final DefaultLockManager MANAGER = DefaultLockManager.builder().maxResources(1000).build();

	private static final AtomicLong RESOURCES = new AtomicLong();

	private Locks() {
	}

	static String newResource() {
		return "r" + RESOURCES.incrementAndGet();
	}

}
