package io.github.locks.aop

import io.github.locks.InvalidLockNameException
import io.github.locks.LockRequest
import io.github.locks.LockTimeoutException
import io.github.locks.Locks
import io.github.locks.annotation.OnFailure
import io.github.locks.annotation.ReadLock
import io.github.locks.annotation.WriteLock
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import java.time.Duration
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger

/** Calls of Kotlin functions that suspend. */
@Timeout(30)
internal class SuspendCallTests {

	private val locks = lockManager()

	private val store = LockedProxies(locks).cglib(Store())

	@AfterEach
	fun close() = locks.close()

	@Test
	fun lockIsHeldUntilTheFunctionReturns() = runBlocking<Unit> {
		val result = store.write {
			val before = locks.state()
			delay(1)
			val after = withContext(Dispatchers.IO) { locks.state() }
			"$before, $after"
		}
		assertThat(result).isEqualTo("held, held")
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun functionThatNeverSuspendsIsLocked() = runBlocking<Unit> {
		assertThat(store.write { locks.state() }).isEqualTo("held")
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun exceptionReleasesAndIsThrown() = runBlocking<Unit> {
		val failure = IllegalArgumentException("boom")
		val thrown = runCatching {
			store.write {
				yield()
				throw failure
			}
		}.exceptionOrNull()
		assertThat(thrown).isInstanceOf(IllegalArgumentException::class.java).hasMessage("boom")
		assertThat(failure.suppressed).isEmpty()
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun cancellationWhileWorkingReleases() = runBlocking<Unit> {
		val working = CompletableDeferred<Unit>()
		val job = launch {
			store.write {
				working.complete(Unit)
				awaitCancellation()
			}
		}
		working.await()
		assertThat(locks.state()).isEqualTo("held")
		job.cancelAndJoin()
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun cancellationWhileWaitingLeavesTheQueue() = runBlocking<Unit> {
		val ran = AtomicInteger()
		locks.stranger().use {
			val job = launch(start = CoroutineStart.UNDISPATCHED) { store.write { "ran ${ran.incrementAndGet()}" } }
			assertThat(locks.waiters()).isEqualTo(1)
			job.cancelAndJoin()
			assertThat(locks.waiters()).isZero()
		}
		assertThat(locks.state()).isEqualTo("free")
		assertThat(ran).hasValue(0)
	}

	@Test
	fun withTimeoutEndsTheWorkAndTheWait() = runBlocking<Unit> {
		assertThat(runCatching { withTimeout(10) { store.write { awaitCancellation() } } }.exceptionOrNull())
			.isInstanceOf(TimeoutCancellationException::class.java)
		assertThat(locks.state()).isEqualTo("free")
		locks.stranger().use {
			assertThat(runCatching { withTimeout(10) { store.write { "ran" } } }.exceptionOrNull())
				.isInstanceOf(TimeoutCancellationException::class.java)
			assertThat(locks.waiters()).isZero()
		}
	}

	@Test
	fun timeoutOfTheLockIsThrownInTheCoroutine() = runBlocking<Unit> {
		locks.stranger().use {
			val thrown = runCatching { store.impatient() }.exceptionOrNull()
			assertThat(thrown).isInstanceOf(LockTimeoutException::class.java)
			assertThat(thrown).isNotInstanceOf(CancellationException::class.java)
			assertThat(thrown).hasMessageContaining("Store.impatient").hasMessageContaining("stranger")
		}
	}

	@Test
	fun waitingBlocksNoThread() = runBlocking<Unit> {
		val stranger = locks.stranger()
		val waiting = async(start = CoroutineStart.UNDISPATCHED) { store.write { "got it" } }
		assertThat(waiting.isCompleted).isFalse()
		stranger.close()
		assertThat(waiting.await()).isEqualTo("got it")
	}

	@Test
	fun workRunsInTheContextOfTheCaller() = runBlocking<Unit> {
		val thread = Thread.currentThread()
		withContext(CoroutineName("caller")) {
			val stranger = locks.stranger()
			val waiting = async(start = CoroutineStart.UNDISPATCHED) {
				store.write {
					assertThat(Thread.currentThread()).isSameAs(thread)
					currentCoroutineContext()[CoroutineName]!!.name
				}
			}
			stranger.close()
			assertThat(waiting.await()).isEqualTo("caller")
		}
	}

	@Test
	fun thousandCoroutinesOnOneThreadExcludeEachOther() {
		var counter = 0
		val inside = AtomicInteger()
		Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { single ->
			runBlocking(single) {
				(1..1_000).map {
					async {
						store.write {
							assertThat(inside.incrementAndGet()).isEqualTo(1)
							val seen = counter
							yield()
							counter = seen + 1
							inside.decrementAndGet()
							"done"
						}
					}
				}.awaitAll()
			}
		}
		assertThat(counter).isEqualTo(1_000)
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun readersShare() = runBlocking<Unit> {
		val both = AtomicInteger()
		val met = CompletableDeferred<Unit>()
		(1..2).map {
			async {
				store.read {
					if (both.incrementAndGet() == 2) {
						met.complete(Unit)
					}
					met.await()
					"met"
				}
			}
		}.awaitAll()
	}

	@Test
	fun nestedCallsEnterAlsoOnOtherThreads() = runBlocking<Unit> {
		val other = LockedProxies(locks).cglib(Store())
		val result = store.write {
			delay(1)
			other.write { withContext(Dispatchers.IO) { store.read { "inner ${locks.state()}" } } }
		}
		assertThat(result).isEqualTo("inner held")
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun whatBlocksInsideEntersToo() = runBlocking<Unit> {
		val result = store.write {
			val here = store.impatientBlocking()
			delay(1)
			val there = withContext(Dispatchers.IO) { store.impatientBlocking() }
			locks.writeLock("a", Duration.ZERO).use { it.isHeld.toString() } + here + there
		}
		assertThat(result).isEqualTo("trueranran")
		assertThat(locks.state()).isEqualTo("free")
		assertThat(Locks.held()).isEmpty()
	}

	@Test
	fun bodyKnowsItsLock() = runBlocking<Unit> {
		val result = store.write {
			val here = Locks.current("a").isHeld
			val there = withContext(Dispatchers.IO) { Locks.current("a").isHeld }
			yield()
			"$here $there ${Locks.current().resource()}"
		}
		assertThat(result).isEqualTo("true true a")
		assertThat(Locks.held()).isEmpty()
	}

	@Test
	fun childrenThatBlockMayEnterAndExcludeEachOther() = runBlocking<Unit> {
		val inside = AtomicInteger()
		val most = AtomicInteger()
		store.write {
			coroutineScope {
				(1..8).map {
					async(Dispatchers.IO) {
						repeat(200) {
							locks.writeLock("a", Duration.ofSeconds(20)).use {
								most.accumulateAndGet(inside.incrementAndGet(), Math::max)
								Thread.yield()
								inside.decrementAndGet()
							}
						}
					}
				}.awaitAll()
			}
			"done"
		}
		assertThat(most).hasValue(1)
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun threadOfACoroutineKeepsNothingOfIt() {
		Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { single ->
			runBlocking(single) {
				val gate = CompletableDeferred<Unit>()
				val locked = launch {
					store.write {
						gate.await()
						"done"
					}
				}
				yield()
				yield()
				assertThat(Locks.held()).isEmpty()
				assertThat(locks.tryAcquire(LockRequest.write("a").build())).isEmpty
				gate.complete(Unit)
				locked.join()
				assertThat(Locks.held()).isEmpty()
			}
		}
	}

	@Test
	fun cleanUpThatRefusesToBeCancelledIsNotWaitedFor() = runBlocking<Unit> {
		val working = CompletableDeferred<Unit>()
		val cleanUp = CompletableDeferred<Unit>()
		val end = CompletableDeferred<String>()
		val job = launch {
			store.write {
				try {
					working.complete(Unit)
					awaitCancellation()
				}
				finally {
					withContext(NonCancellable) {
						cleanUp.await()
						end.complete(locks.state())
					}
				}
			}
		}
		working.await()
		job.cancelAndJoin()
		assertThat(locks.state()).isEqualTo("free")
		cleanUp.complete(Unit)
		assertThat(end.await()).isEqualTo("free")
	}

	@Test
	fun childCoroutinesEnterWhatTheirParentHolds() = runBlocking<Unit> {
		val result = store.write {
			withContext(Dispatchers.Default) { listOf(async { store.read { "1" } }, async { store.read { "2" } }).awaitAll() }
				.joinToString()
		}
		assertThat(result).isEqualTo("1, 2")
	}

	@Test
	fun childCoroutinesExcludeEachOther() = runBlocking<Unit> {
		val inside = AtomicInteger()
		store.read("outer") {
			withContext(Dispatchers.Default) {
				(1..100).map {
					async {
						store.write {
							assertThat(inside.incrementAndGet()).isEqualTo(1)
							yield()
							inside.decrementAndGet()
							"done"
						}
					}
				}.awaitAll()
			}
			"done"
		}
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun unitAndNullAreReturned() = runBlocking<Unit> {
		val unit: Any = store.unit()
		assertThat(unit).isSameAs(Unit)
		assertThat(store.nullable(null)).isNull()
		assertThat(store.nullable("x")).isEqualTo("x")
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun primitivesGenericsAndDefaultsAreReturned() = runBlocking<Unit> {
		assertThat(store.primitive()).isEqualTo(42)
		assertThat(store.generic(listOf(1, 2))).containsExactly(1, 2)
		assertThat(store.defaults()).isEqualTo("id=7 held")
		assertThat(store.defaults(8)).isEqualTo("id=8 held")
		assertThat(locks.state("d:7")).isEqualTo("free")
	}

	@Test
	fun valueClassesAreUnwrapped() = runBlocking<Unit> {
		assertThat(store.byId(OrderId(5))).isEqualTo(OrderId(5))
		assertThat(store.byName(OrderName("x"))).isEqualTo(OrderName("x"))
	}

	@Test
	fun internalFunctionsAreLocked() = runBlocking<Unit> {
		assertThat(store.inside()).isEqualTo("held")
	}

	@Test
	fun extensionFunctionsSeeTheirReceiver() = runBlocking<Unit> {
		assertThat(with(store) { "x".extension() }).isEqualTo("held")
	}

	@Test
	fun skippedFunctionsReturnUnitAndNull() = runBlocking<Unit> {
		locks.stranger().use {
			val unit: Any = store.skipUnit { error("ran") }
			assertThat(unit).isSameAs(Unit)
			assertThat(store.skipNullable { error("ran") }).isNull()
		}
		assertThat(store.skipNullable { "ran" }).isEqualTo("ran")
	}

	@Test
	fun nameThatIsRefusedIsThrown() = runBlocking<Unit> {
		assertThat(runCatching { store.named("") }.exceptionOrNull()).isInstanceOf(InvalidLockNameException::class.java)
	}

	@Test
	fun hiddenArgumentIsNoArgument() = runBlocking<Unit> {
		assertThat(store.arguments("x", 3)).isEqualTo("held")
	}

	@Test
	fun deferredResultBehindAnyIsRefused() = runBlocking<Unit> {
		assertThat(runCatching { store.any(CompletableDeferred(1)) }.exceptionOrNull())
			.isInstanceOf(InvalidLockAnnotationException::class.java)
		assertThat(store.any("finished")).isEqualTo("finished")
		assertThat(locks.state()).isEqualTo("free")
	}

	@Test
	fun interfaceWithJdkProxyIsLocked() = runBlocking<Unit> {
		val accounts: Accounts<String> = LockedProxies(locks).jdk(Accounts::class.java, FinalAccounts(locks)).let {
			@Suppress("UNCHECKED_CAST")
			it as Accounts<String>
		}
		assertThat(accounts.find("1")).isEqualTo("1 held")
		assertThat(accounts.withBody("2")).isEqualTo("2 held")
		assertThat(accounts.own("3")).isEqualTo("3 held")
		assertThat(locks.state("accounts:1")).isEqualTo("free")
	}

	@JvmInline
	value class OrderId(val value: Long)

	@JvmInline
	value class OrderName(val value: String)

	interface Accounts<T : Any> {

		@WriteLock("accounts:#{#id}")
		suspend fun find(id: T): String

		@WriteLock("accounts:#{#id}")
		suspend fun withBody(id: T): String {
			yield()
			return find(id)
		}

		suspend fun own(id: T): String

	}

	class FinalAccounts(private val locks: io.github.locks.LockManager) : Accounts<String> {

		override suspend fun find(id: String): String {
			yield()
			return "$id ${locks.state("accounts:$id")}"
		}

		@WriteLock("accounts:#{#id}")
		override suspend fun own(id: String): String = find(id)

	}

	open inner class Store {

		@WriteLock("a")
		open suspend fun write(body: suspend () -> String): String = body()

		@ReadLock("a")
		open suspend fun read(body: suspend () -> String): String = body()

		@ReadLock("#{#name}")
		open suspend fun read(name: String, body: suspend () -> String): String = body()

		@WriteLock(value = "a", timeout = "0")
		open suspend fun impatient(): String = "ran"

		@WriteLock(value = "a", timeout = "0")
		open fun impatientBlocking(): String = "ran"

		@WriteLock("a")
		open suspend fun unit() {
			yield()
		}

		@WriteLock("a")
		open suspend fun nullable(value: String?): String? {
			yield()
			return value
		}

		@WriteLock("a")
		open suspend fun primitive(): Int = 42

		@WriteLock("a")
		open suspend fun <T> generic(values: List<T>): List<T> = values

		@WriteLock("d:#{#id}")
		open suspend fun defaults(id: Long = 7): String = "id=$id ${locks.state("d:$id")}"

		@WriteLock("id:#{#id}")
		open suspend fun byId(id: OrderId): OrderId {
			assertThat(locks.state("id:5")).isEqualTo("held")
			yield()
			return id
		}

		@WriteLock("name:#{#name}")
		open suspend fun byName(name: OrderName): OrderName {
			assertThat(locks.state("name:x")).isEqualTo("held")
			yield()
			return name
		}

		@WriteLock("a")
		internal open suspend fun inside(): String = locks.state()

		@WriteLock("ext:#{#a0}")
		open suspend fun String.extension(): String = locks.state("ext:$this")

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		open suspend fun skipUnit(body: suspend () -> Unit) = body()

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		open suspend fun skipNullable(body: suspend () -> String): String? = body()

		@WriteLock("#{#name}")
		open suspend fun named(name: String): String = name

		@WriteLock("args:#{#root.args.length}:#{#text}:#{#p1}:#{#a0}")
		open suspend fun arguments(text: String, number: Int): String = locks.state("args:2:$text:$number:$text")

		@WriteLock("a")
		open suspend fun any(value: Any): Any = value

	}

}
