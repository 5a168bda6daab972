package io.github.locks.aop

import io.github.locks.LockTimeoutException
import io.github.locks.annotation.WriteLock
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.awaitility.Awaitility
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import java.util.concurrent.atomic.AtomicInteger

/** Many calls that end in each way there is. None may keep the lock, or stay in its queue. */
@Timeout(120)
internal class CoroutineLeakTests {

	private val locks = lockManager()

	private val store = LockedProxies(locks).cglib(Store())

	private val ends = AtomicInteger()

	/** Without a stack trace, which would take most of the time. */
	private val failure = object : RuntimeException("boom", null, false, false) {}

	@AfterEach
	fun close() = locks.close()

	@Test
	fun cancelledWhileWorking() = runBlocking<Unit> {
		repeat(CALLS) {
			val job = launch(start = CoroutineStart.UNDISPATCHED) { store.write { awaitCancellation() } }
			assertThat(job.isActive).isTrue()
			job.cancelAndJoin()
		}
		assertNothingIsLeft()
	}

	@Test
	fun cancelledWhileTheLockIsGranted() = cancelInTheQueue { store.write { ends.incrementAndGet(); Unit } }

	@Test
	fun timedOut() = timeOut { store.impatient() }

	@Test
	fun failed() = fail { store.write { throw failure } }

	@Test
	fun cancelledFlow() = runBlocking<Unit> {
		repeat(CALLS) {
			val job = launch(start = CoroutineStart.UNDISPATCHED) { store.stream { awaitCancellation() }.collect() }
			assertThat(job.isActive).isTrue()
			job.cancelAndJoin()
		}
		assertNothingIsLeft()
	}

	@Test
	fun flowCancelledWhileTheLockIsGranted() = cancelInTheQueue { store.stream { ends.incrementAndGet(); Unit }.collect() }

	@Test
	fun timedOutFlow() = timeOut { store.impatientFlow().collect() }

	@Test
	fun failedFlow() = fail { store.stream { throw failure }.collect() }

	@Test
	fun collectedAgain() = runBlocking<Unit> {
		val flow = store.stream { ends.incrementAndGet(); Unit }
		repeat(CALLS) { flow.collect() }
		assertThat(ends).hasValue(CALLS)
		assertNothingIsLeft()
	}

	private fun cancelInTheQueue(call: suspend () -> Unit) = runBlocking<Unit> {
		val stranger = locks.stranger()
		val jobs = (1..CALLS).map { launch(start = CoroutineStart.UNDISPATCHED) { call() } }
		assertThat(locks.waiters()).isEqualTo(CALLS)
		jobs.drop(CALLS / 2).onEach { it.cancel() }.joinAll()
		assertThat(locks.waiters()).isEqualTo(CALLS / 2)
		val release = launch(Dispatchers.Default) { stranger.close() }
		jobs.take(CALLS / 2).asReversed().forEach { it.cancel() }
		(jobs + release).joinAll()
		assertThat(ends).hasValueLessThanOrEqualTo(CALLS / 2)
		assertNothingIsLeft()
	}

	private fun timeOut(call: suspend () -> Unit) = runBlocking<Unit> {
		locks.stranger().use {
			(1..CALLS).map {
				launch(Dispatchers.Default) {
					if (runCatching { call() }.exceptionOrNull() is LockTimeoutException) {
						ends.incrementAndGet()
					}
				}
			}.joinAll()
			assertThat(locks.waiters()).isZero()
		}
		assertThat(ends).hasValue(CALLS)
		assertNothingIsLeft()
	}

	private fun fail(call: suspend () -> Unit) = runBlocking<Unit> {
		repeat(CALLS) {
			if (runCatching { call() }.exceptionOrNull() === failure) {
				ends.incrementAndGet()
			}
		}
		assertThat(ends).hasValue(CALLS)
		assertNothingIsLeft()
	}

	private fun assertNothingIsLeft() {
		Awaitility.await().untilAsserted { assertThat(locks.getLockStatus()).isEmpty() }
		assertThat(locks.state()).isEqualTo("free")
	}

	open class Store {

		@WriteLock("a")
		open suspend fun write(body: suspend () -> Unit) = body()

		@WriteLock(value = "a", timeout = "1ms")
		open suspend fun impatient() = Unit

		@WriteLock("a")
		open fun stream(body: suspend () -> Unit): Flow<String> = flow { body() }

		@WriteLock(value = "a", timeout = "1ms")
		open fun impatientFlow(): Flow<String> = flow { }

	}

	private companion object {

		const val CALLS = 10_000

	}

}
