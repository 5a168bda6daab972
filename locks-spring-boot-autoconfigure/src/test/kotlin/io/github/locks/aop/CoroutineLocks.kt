package io.github.locks.aop

import io.github.locks.LockHandle
import io.github.locks.LockManager
import io.github.locks.LockOwner
import io.github.locks.LockRequest
import io.github.locks.support.DefaultLockManager
import java.time.Duration

/** A manager whose `close` does not wait for what a failed test left behind. */
internal fun lockManager(): DefaultLockManager = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build()

/** What a stranger sees. */
internal fun LockManager.state(resource: String = "a"): String =
	if (LockedProxies.isFree(this, resource)) "free" else "held"

/** The write lock, held by a stranger. */
internal fun LockManager.stranger(resource: String = "a"): LockHandle =
	acquire(LockRequest.write(resource).owner(LockOwner.create("stranger")).build())

internal fun LockManager.waiters(resource: String = "a"): Int =
	getLockStatus(resource).flatMap { it.locks().values }.sumOf { it.waiters().size }

internal fun LockManager.holders(resource: String = "a"): Int =
	getLockStatus(resource).flatMap { it.locks().values }.sumOf { it.holders().size }
