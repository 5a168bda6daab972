package io.github.locks.aop

import io.github.locks.LockTimeoutException
import io.github.locks.annotation.OnFailure
import io.github.locks.annotation.ReadLock
import io.github.locks.annotation.WriteLock
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.emptyFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** Calls of Kotlin functions that return a `Flow`. */
internal class FlowCallTests : AbstractFlowCallTests(false)

/** Calls of Kotlin functions that suspend, and return a `Flow`. */
internal class SuspendFlowCallTests : AbstractFlowCallTests(true)

@Timeout(30)
internal abstract class AbstractFlowCallTests(private val suspending: Boolean) {

	private val locks = lockManager()

	private val store = LockedProxies(locks).cglib(Store())

	@AfterEach
	fun close() = locks.close()

	@Test
	fun lockIsHeldWhileTheFlowIsCollected() = runBlocking<Unit> {
		val work = mutableListOf<String>()
		val flow = locked(flow {
			work += locks.state()
			emit("1")
			yield()
			work += locks.state()
			emit("2")
			work += locks.state()
		})
		assertThat(locks.state()).isEqualTo("free")
		val seen = flow.buffer(0).map { "$it ${locks.state()}" }.toList()
		assertThat(work).containsExactly("held", "held", "held")
		assertThat(seen).containsExactly("1 held", "2 held")
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun eachCollectionTakesTheLock() = runBlocking<Unit> {
		val flow = locked(flow { emit(locks.state()) })
		repeat(3) { assertThat(flow.toList()).containsExactly("held") }
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun failureReleasesAndIsThrown() = runBlocking<Unit> {
		val flow = locked(flow {
			emit("1")
			throw IllegalArgumentException("boom")
		})
		assertThat(runCatching { flow.toList() }.exceptionOrNull()).isInstanceOf(IllegalArgumentException::class.java)
			.hasMessage("boom")
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun cancellationReleases() = runBlocking<Unit> {
		val working = CompletableDeferred<Unit>()
		val job = launch {
			locked(flow<String> {
				working.complete(Unit)
				awaitCancellation()
			}).toList()
		}
		working.await()
		assertThat(locks.state()).isEqualTo("held")
		job.cancelAndJoin()
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun cancellationWhileWaitingLeavesTheQueue() = runBlocking<Unit> {
		locks.stranger().use {
			val job = launch(start = CoroutineStart.UNDISPATCHED) { locked(flow<String> { error("ran") }).toList() }
			assertThat(locks.waiters()).isEqualTo(1)
			job.cancelAndJoin()
			assertThat(locks.waiters()).isZero()
		}
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun collectorThatHasEnoughReleases() = runBlocking<Unit> {
		val endless = flow {
			while (true) {
				emit("x")
			}
		}
		assertThat(locked(endless).first()).isEqualTo("x")
		assertThat(locked(endless).take(100).toList()).hasSize(100)
		assertThat(withTimeoutOrNull(10) { locked(endless).onEach { yield() }.toList() }).isNull()
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun failureOfTheCollectorReleases() = runBlocking<Unit> {
		val flow = locked(flowOf("1", "2")).onEach { throw IllegalArgumentException("collector") }
		assertThat(runCatching { flow.toList() }.exceptionOrNull()).hasMessage("collector")
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun timeoutOfTheLockIsThrownToTheCollector() = runBlocking<Unit> {
		locks.stranger().use {
			assertThat(runCatching { impatient().toList() }.exceptionOrNull())
				.isInstanceOf(LockTimeoutException::class.java)
		}
	}

	@Test
	fun skippedFlowIsEmpty() = runBlocking<Unit> {
		locks.stranger().use { assertThat(skip().toList()).isEmpty() }
		assertThat(skip().toList()).containsExactly("ran")
	}

	@Test
	fun nestedFlowsEnter() = runBlocking<Unit> {
		val nested = locked(flow {
			emit(store.read(flow { emit("inner " + locks.state()) }).first())
			emit(store.suspending())
		})
		assertThat(nested.toList()).containsExactly("inner held", "suspending held")
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun emptyFlowReleases() = runBlocking<Unit> {
		assertThat(locked(emptyFlow<String>()).toList()).isEmpty()
		assertThat(locks.state()).isEqualTo("free")
	}

	private suspend fun locked(work: Flow<String>): Flow<String> =
		if (suspending) store.suspendingWrite(work) else store.write(work)

	private suspend fun impatient(): Flow<String> = if (suspending) store.suspendingImpatient() else store.impatient()

	private suspend fun skip(): Flow<String> = if (suspending) store.suspendingSkip() else store.skip()

	open inner class Store {

		@WriteLock("a")
		open fun write(work: Flow<String>): Flow<String> = work

		@WriteLock("a")
		open suspend fun suspendingWrite(work: Flow<String>): Flow<String> {
			yield()
			return work
		}

		@ReadLock("a")
		open fun read(work: Flow<String>): Flow<String> = work

		@WriteLock("a")
		open suspend fun suspending(): String = "suspending " + locks.state()

		@WriteLock(value = "a", timeout = "0")
		open fun impatient(): Flow<String> = flowOf("ran")

		@WriteLock(value = "a", timeout = "0")
		open suspend fun suspendingImpatient(): Flow<String> = flowOf("ran")

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		open fun skip(): Flow<String> = flowOf("ran")

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		open suspend fun suspendingSkip(): Flow<String> = flowOf("ran")

	}

}
