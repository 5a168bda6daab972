package io.github.locks.aop

import io.github.locks.annotation.OnFailure
import io.github.locks.annotation.WriteLock
import io.reactivex.rxjava3.core.Single
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.ReceiveChannel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.SharedFlow
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource
import org.springframework.http.HttpEntity
import reactor.core.publisher.Mono
import java.util.Optional
import java.util.concurrent.CompletableFuture
import java.util.stream.Stream
import kotlin.reflect.KClass

/** Annotations on Kotlin functions, as they are checked at start-up. */
internal class KotlinDeclarationTests {

	private val locks = lockManager()

	private val proxies = LockedProxies(locks)

	@AfterEach
	fun close() = locks.close()

	@ParameterizedTest
	@ValueSource(
		classes = [DeferredResult::class, JobResult::class, SharedFlowResult::class, SequenceResult::class,
			ChannelResult::class, SuspendDeferred::class, SuspendMono::class, SuspendFuture::class, SuspendSingle::class,
			SuspendStream::class, SuspendEntity::class, SuspendSharedFlow::class],
	)
	fun workThatCannotBeFollowedIsRefused(type: Class<*>) {
		refused(type).withMessageContaining(type.name + ".run")
	}

	@Test
	fun deferredIsToBeMadeASuspendFunction() {
		refused(DeferredResult::class.java).withMessageContaining("Make it a suspend function")
	}

	@ParameterizedTest
	@ValueSource(classes = [SkipString::class, SkipInt::class, SkipOptional::class, SkipGeneric::class, SkipPlain::class])
	fun skipNeedsATypeThatSaysSkipped(type: Class<*>) {
		refused(type).withMessageContaining("onFailure = SKIP").withMessageContaining("nullable")
	}

	@ParameterizedTest
	@ValueSource(classes = [SkipUnit::class, SkipNullable::class, SkipFlow::class, SkipSuspendFlow::class, SkipPlainOptional::class,
		SkipPlainNullable::class, SkipPlainUnit::class])
	fun skipIsAllowedWhereACallerCanSeeIt(type: Class<*>) {
		assertThat(proxies.check(type)).isTrue()
	}

	@Test
	fun finalFunctionOfAnOpenClassIsRefused() {
		refused(FinalFunction::class.java).withMessageContaining("final")
	}

	@Test
	fun hiddenContinuationHasNoName() {
		listOf(NamesCompletion::class, NamesContinuation::class, NumbersContinuation::class).forEach { type: KClass<*> ->
			refused(type.java).withMessageContaining("Known are #root, #id, #a0, #p0")
		}
	}

	@Test
	fun functionWithDefaultsIsReadOnce() {
		assertThat(proxies.check(Defaults::class.java)).isTrue()
	}

	private fun refused(type: Class<*>) =
		assertThatExceptionOfType(InvalidLockAnnotationException::class.java).isThrownBy { proxies.check(type) }

	open class DeferredResult {

		@WriteLock("a")
		open fun run(): Deferred<String> = CompletableDeferred("")

	}

	open class JobResult {

		@WriteLock("a")
		open fun run(): Job = Job()

	}

	open class SharedFlowResult {

		@WriteLock("a")
		open fun run(): SharedFlow<String> = error("never called")

	}

	open class SequenceResult {

		@WriteLock("a")
		open fun run(): Sequence<String> = sequenceOf()

	}

	open class ChannelResult {

		@WriteLock("a")
		open fun run(): ReceiveChannel<String> = error("never called")

	}

	open class SuspendDeferred {

		@WriteLock("a")
		open suspend fun run(): Deferred<String> = CompletableDeferred("")

	}

	open class SuspendMono {

		@WriteLock("a")
		open suspend fun run(): Mono<String> = Mono.empty()

	}

	open class SuspendFuture {

		@WriteLock("a")
		open suspend fun run(): CompletableFuture<String> = CompletableFuture()

	}

	open class SuspendSingle {

		@WriteLock("a")
		open suspend fun run(): Single<String> = Single.never()

	}

	open class SuspendStream {

		@WriteLock("a")
		open suspend fun run(): Stream<String> = Stream.of()

	}

	open class SuspendEntity {

		@WriteLock("a")
		open suspend fun run(): HttpEntity<Flow<String>> = HttpEntity.EMPTY.let { error("never called") }

	}

	open class SuspendSharedFlow {

		@WriteLock("a")
		open suspend fun run(): SharedFlow<String> = error("never called")

	}

	open class SkipString {

		@WriteLock("a", onFailure = OnFailure.SKIP)
		open suspend fun run(): String = ""

	}

	open class SkipInt {

		@WriteLock("a", onFailure = OnFailure.SKIP)
		open suspend fun run(): Int = 1

	}

	open class SkipOptional {

		@WriteLock("a", onFailure = OnFailure.SKIP)
		open suspend fun run(): Optional<String> = Optional.empty()

	}

	open class SkipGeneric {

		@WriteLock("a", onFailure = OnFailure.SKIP)
		open suspend fun <T> run(value: T): T = value

	}

	open class SkipPlain {

		@WriteLock("a", onFailure = OnFailure.SKIP)
		open fun run(): String = ""

	}

	open class SkipUnit {

		@WriteLock("a", onFailure = OnFailure.SKIP)
		open suspend fun run() = Unit

	}

	open class SkipNullable {

		@WriteLock("a", onFailure = OnFailure.SKIP)
		open suspend fun run(): String? = null

	}

	open class SkipFlow {

		@WriteLock("a", onFailure = OnFailure.SKIP)
		open fun run(): Flow<String> = error("never called")

	}

	open class SkipSuspendFlow {

		@WriteLock("a", onFailure = OnFailure.SKIP)
		open suspend fun run(): Flow<String> = error("never called")

	}

	open class SkipPlainOptional {

		@WriteLock("a", onFailure = OnFailure.SKIP)
		open fun run(): Optional<String> = Optional.empty()

	}

	open class SkipPlainNullable {

		@WriteLock("a", onFailure = OnFailure.SKIP)
		open fun run(): String? = null

	}

	open class SkipPlainUnit {

		@WriteLock("a", onFailure = OnFailure.SKIP)
		open fun run() = Unit

	}

	open class FinalFunction {

		@WriteLock("a")
		suspend fun run() = Unit

	}

	open class NamesCompletion {

		@WriteLock("#{#\$completion}")
		open suspend fun run(id: String) = Unit.also { id.length }

	}

	open class NamesContinuation {

		@WriteLock("#{#continuation}")
		open suspend fun run(id: String) = Unit.also { id.length }

	}

	open class NumbersContinuation {

		@WriteLock("#{#a1}")
		open suspend fun run(id: String) = Unit.also { id.length }

	}

	open class Defaults {

		@WriteLock("#{#id}")
		open suspend fun run(id: String = "x") = Unit.also { id.length }

	}

}
