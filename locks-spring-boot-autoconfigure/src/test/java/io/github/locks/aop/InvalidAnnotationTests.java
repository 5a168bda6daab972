package io.github.locks.aop;

import java.util.List;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

import io.github.locks.LockManager;
import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.FencingToken;
import io.github.locks.annotation.OnFailure;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import io.github.locks.aop.LockAdvisor.Validation;
import io.github.locks.aop.inherited.Elsewhere;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verifyNoInteractions;

/**
 * Annotations that can never work.
 */
@ExtendWith(OutputCaptureExtension.class)
class InvalidAnnotationTests {

	private final LockManager locks = mock(LockManager.class);

	private final LockedProxies proxies = new LockedProxies(this.locks).properties(Map.of("known", "x"));

	static Stream<Arguments> invalid() {
		return Stream.of(Arguments.of(EmptyName.class, "names no resource"),
				Arguments.of(BlankName.class, "names no resource"), Arguments.of(NoEnd.class, "has no end"),
				Arguments.of(WrongBrackets.class, "has no end"), Arguments.of(EmptyIsland.class, "is empty"),
				Arguments.of(UnknownVariable.class, "'#nope'"), Arguments.of(Unparseable.class, "cannot be parsed"),
				Arguments.of(TypeAccess.class, "not available"), Arguments.of(Construction.class, "not available"),
				Arguments.of(Assignment.class, "not available"), Arguments.of(NulName.class, "not a valid name"),
				Arguments.of(MissingProperty.class, "does not exist"),
				Arguments.of(Both.class, "@ReadLock and @WriteLock"),
				Arguments.of(BothOnType.class, "cannot be combined"),
				Arguments.of(Twice.class, "@WriteLock and @WriteLock"),
				Arguments.of(TwiceByProperty.class, "both lock 'a:x'"),
				Arguments.of(UnknownName.class, "there is no 'id'"),
				Arguments.of(UnknownBean.class, "there is no bean 'nope'"),
				Arguments.of(UnknownOfRoot.class, "there is no 'methodName'"),
				Arguments.of(ConditionIsland.class, "an expression as a whole"),
				Arguments.of(Contradicting.class, "contradict each other"),
				Arguments.of(ReturnsIterator.class, "java.util.Iterator"),
				Arguments.of(ConditionUnknown.class, "condition = '#nope'"),
				Arguments.of(ConditionUnparseable.class, "cannot be parsed"),
				Arguments.of(ConditionType.class, "not available"),
				Arguments.of(ConditionProperty.class, "does not exist"), Arguments.of(ConditionText.class, "is a text"),
				Arguments.of(ConditionNumber.class, "is a number"), Arguments.of(ConditionNull.class, "is null"),
				Arguments.of(ConditionTextByProperty.class, "is a text"),
				Arguments.of(LongText.class, "not a valid name"), Arguments.of(NulText.class, "not a valid name"),
				Arguments.of(OfAnotherPackage.class, "package-private"),
				Arguments.of(TokenWithoutLock.class, "the method has no lock"),
				Arguments.of(TokenOfASuperclass.class, "the method has no lock"),
				Arguments.of(FallbackMissing.class, "has no method instead(String)"),
				Arguments.of(FallbackReturns.class, "returns java.lang.Object instead of java.lang.String"),
				Arguments.of(FallbackLocked.class, "has a lock annotation"),
				Arguments.of(FallbackItself.class, "run() is the locked method itself"),
				Arguments.of(FallbackAndSkip.class, "either skipped or answered"),
				Arguments.of(LeaseZero.class, "lease = '0'"), Arguments.of(LeaseText.class, "lease = 'long'"),
				Arguments.of(HoldNegative.class, "minimumHold = '-1s'"),
				Arguments.of(HoldOverLease.class, "lease ends before"),
				Arguments.of(TokenText.class, "is a java.lang.String"),
				Arguments.of(TokenTwice.class, "two of its parameters"),
				Arguments.of(TokenOfMany.class, "could be that of several locks"),
				Arguments.of(TokenUnknown.class, "names 'c'"), Arguments.of(Contradiction.class, "contradicts itself"),
				Arguments.of(SkipPrimitive.class, "onFailure = SKIP"), Arguments.of(SkipTask.class, "onFailure = SKIP"),
				Arguments.of(LossOfTask.class, "the loss of the lock cannot be told through a java.util.concurrent.F"),
				Arguments.of(ReturnsStream.class, "java.util.stream.Stream"),
				Arguments.of(ReturnsCallable.class, "java.util.concurrent.Callable"),
				Arguments.of(ReturnsStreamingBody.class, "StreamingResponseBody"),
				Arguments.of(ReturnsDeferred.class, "DeferredResult"), Arguments.of(ReturnsEmitter.class, "SseEmitter"),
				Arguments.of(ReturnsEntity.class, "reactor.core.publisher.Mono"),
				Arguments.of(ReturnsConnectable.class, "reactor.core.publisher.Flux"),
				Arguments.of(Suspending.class, "suspend"), Arguments.of(PrivateMethod.class, "private"),
				Arguments.of(StaticMethod.class, "static"), Arguments.of(FinalMethod.class, "final"));
	}

	@ParameterizedTest
	@MethodSource("invalid")
	void startFailsAndNamesTheMethod(Class<?> type, String problem) {
		assertThatExceptionOfType(InvalidLockAnnotationException.class).isThrownBy(() -> this.proxies.check(type))
			.withMessageContaining(type.getName() + ".run")
			.withMessageContaining(problem)
			.satisfies((ex) -> assertThat(ex.remedy()).isNotBlank());
		verifyNoInteractions(this.locks);
	}

	@Test
	void messageSaysWhereTheMethodStands() {
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.proxies.check(NoEnd.class))
			.withMessageMatching("(?s)@WriteLock\\(resource = 'x#\\{'\\) on .*NoEnd.run can never work: .*"
					+ " \\(InvalidAnnotationTests\\.java:\\d+\\) Add the '}'\\.");
	}

	@Test
	void wrongAnnotationBehindAGoodOneIsFoundToo() {
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.proxies.check(OneOfMany.class))
			.withMessageContaining("OneOfMany.wrong");
	}

	@Test
	void warningIsLoggedOnceAndTheCallFails(CapturedOutput output) {
		OneOfMany proxy = this.proxies.validation(Validation.WARN).cglib(new OneOfMany());
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(InvalidLockAnnotationException.class).isThrownBy(proxy::wrong)
				.withMessageContaining("OneOfMany.wrong");
		}
		assertThat(output.toString().split("OneOfMany\\.wrong", -1)).hasSize(2);
		assertThat(OneOfMany.ran).isFalse();
	}

	@Test
	void nothingIsLoggedWhenOffAndTheCallFails(CapturedOutput output) {
		OneOfMany proxy = this.proxies.validation(Validation.OFF).cglib(new OneOfMany());
		assertThatExceptionOfType(InvalidLockAnnotationException.class).isThrownBy(proxy::wrong);
		assertThat(output.toString()).doesNotContain("OneOfMany.wrong");
		assertThat(OneOfMany.ran).isFalse();
	}

	@Test
	void annotationOfAClassThatCoversNothingIsAWarning(CapturedOutput output) {
		assertThat(this.proxies.check(NothingPublic.class)).isFalse();
		assertThat(output)
			.containsOnlyOnce(
					"@WriteLock('a') on " + NothingPublic.class.getName() + " has no effect: it covers no method")
			.contains("Make the methods public, or annotate them.");
		this.proxies.validation(Validation.STRICT);
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.proxies.check(NothingPublic.class));
		assertThat(this.proxies.check(OnlyOwn.class)).isTrue();
		assertThat(this.proxies.validation(Validation.OFF).check(NothingPublic.class)).isFalse();
	}

	@Test
	void tokenOfALockedOverrideIsFine() {
		assertThat(this.proxies.check(TokenOfALockedOverride.class)).isTrue();
		assertThat(this.proxies.check(NoToken.class)).isFalse();
	}

	@Test
	void classWithoutAnnotationsIsNotMatched() {
		assertThat(this.proxies.check(String.class)).isFalse();
		assertThat(this.proxies.check(InvalidAnnotationTests.class)).isFalse();
	}

	static class OneOfMany {

		private static boolean ran;

		@WriteLock("good")
		void aGood() {
		}

		@WriteLock("x#{")
		void wrong() {
			ran = true;
		}

		@WriteLock("good")
		void zGood() {
		}

	}

	static class EmptyName {

		@WriteLock
		void run() {
		}

	}

	static class BlankName {

		@WriteLock(" \t")
		void run() {
		}

	}

	static class NoEnd {

		@WriteLock("x#{")
		void run() {
		}

	}

	static class WrongBrackets {

		@WriteLock("x#{(#a0]}")
		void run(String id) {
		}

	}

	static class EmptyIsland {

		@WriteLock("x#{ }")
		void run() {
		}

	}

	static class UnknownVariable {

		@WriteLock("x:#{#id + #nope.length()}")
		void run(String id) {
		}

	}

	static class Unparseable {

		@WriteLock("x:#{#id +}")
		void run(String id) {
		}

	}

	static class TypeAccess {

		@WriteLock("#{T(java.lang.Runtime).getRuntime()}")
		void run() {
		}

	}

	static class Construction {

		@WriteLock("#{new String('a')}")
		void run() {
		}

	}

	static class Assignment {

		@WriteLock("#{#id = 'a'}")
		void run(String id) {
		}

	}

	static class NulName {

		@WriteLock("a\0b")
		void run() {
		}

	}

	static class MissingProperty {

		@WriteLock("a:${missing}")
		void run() {
		}

	}

	static class Both {

		@ReadLock("a")
		@WriteLock("a")
		void run() {
		}

	}

	@ReadLock("a")
	@WriteLock("a")
	static class BothOnType {

		public void run() {
		}

	}

	static class Twice {

		@WriteLock("a")
		@WriteLock("a")
		void run() {
		}

	}

	static class TwiceByProperty {

		@ReadLock("a:${known}")
		@WriteLock("a:x")
		void run() {
		}

	}

	static class UnknownName {

		@WriteLock("a:#{id}")
		void run(String id) {
		}

	}

	static class UnknownBean {

		@WriteLock("a:#{@nope.id}")
		void run() {
		}

	}

	static class UnknownOfRoot {

		@WriteLock("a:#{#root.methodName}")
		void run() {
		}

	}

	static class ConditionIsland {

		@WriteLock(value = "a", condition = "#{#id > 1}")
		void run(int id) {
		}

	}

	interface One {

		@WriteLock("a")
		void run();

	}

	interface Other {

		@WriteLock("b")
		void run();

	}

	static class Contradicting implements One, Other {

		@Override
		public void run() {
		}

	}

	static class ReturnsIterator {

		@ReadLock("a")
		Iterator<String> run() {
			return Collections.emptyIterator();
		}

	}

	static class ConditionUnknown {

		@WriteLock(value = "a", condition = "#nope")
		void run() {
		}

	}

	static class ConditionUnparseable {

		@WriteLock(value = "a", condition = "1 +")
		void run() {
		}

	}

	static class ConditionType {

		@WriteLock(value = "a", condition = "T(java.lang.Runtime) != null")
		void run() {
		}

	}

	static class ConditionProperty {

		@WriteLock(value = "a", condition = "${missing}")
		void run() {
		}

	}

	static class FallbackMissing {

		@WriteLock(value = "a", fallback = "instead")
		void run(String argument) {
		}

		void instead() {
		}

		void instead(String argument, int other) {
		}

		void instead(String argument, IllegalStateException failure) {
		}

	}

	static class FallbackReturns {

		@WriteLock(value = "a", fallback = "instead")
		String run() {
			return "";
		}

		Object instead() {
			return "";
		}

	}

	static class FallbackLocked {

		@WriteLock(value = "a", fallback = "instead")
		void run() {
		}

		@ReadLock("a")
		void instead() {
		}

	}

	static class FallbackItself {

		@WriteLock(value = "a", fallback = "run")
		void run() {
		}

	}

	static class FallbackAndSkip {

		@WriteLock(value = "a", fallback = "instead", onFailure = OnFailure.SKIP)
		void run() {
		}

		void instead() {
		}

	}

	static class LeaseZero {

		@DistributedLock(value = "a", lease = "0")
		void run() {
		}

	}

	static class LeaseText {

		@DistributedLock(value = "a", lease = "long")
		void run() {
		}

	}

	static class HoldNegative {

		@DistributedLock(value = "a", minimumHold = "-1s")
		void run() {
		}

	}

	static class HoldOverLease {

		@DistributedLock(value = "a", minimumHold = "2m", lease = "1m")
		void run() {
		}

	}

	static class TokenText {

		@DistributedLock("a")
		void run(@FencingToken String token) {
		}

	}

	static class TokenTwice {

		@DistributedLock("a")
		void run(@FencingToken long token, @FencingToken long same) {
		}

	}

	static class TokenOfMany {

		@DistributedLock("a")
		@DistributedLock("b")
		void run(@FencingToken long token) {
		}

	}

	static class TokenUnknown {

		@DistributedLock("a")
		@DistributedLock("b")
		void run(@FencingToken("c") long token) {
		}

	}

	static class Contradiction {

		@WriteLock(value = "a", resource = "b")
		void run() {
		}

	}

	static class SkipPrimitive {

		@WriteLock(value = "a", onFailure = OnFailure.SKIP)
		boolean run() {
			return true;
		}

	}

	static class ConditionText {

		@WriteLock(value = "a", condition = "'maybe'")
		void run() {
		}

	}

	static class ConditionNumber {

		@WriteLock(value = "a", condition = "1")
		void run() {
		}

	}

	static class ConditionNull {

		@WriteLock(value = "a", condition = "null")
		void run() {
		}

	}

	static class ConditionTextByProperty {

		@WriteLock(value = "a", condition = "'${known}'")
		void run() {
		}

	}

	static class LongText {

		private static final String X32 = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

		private static final String X128 = X32 + X32 + X32 + X32;

		@WriteLock(X128 + X128 + "#{#id}" + X128 + X128)
		void run(String id) {
		}

	}

	static class NulText {

		@WriteLock("a\0#{#id}")
		void run(String id) {
		}

	}

	static class OfAnotherPackage extends Elsewhere {

	}

	static class TokenWithoutLock {

		void run(@FencingToken long token) {
		}

	}

	static class TokenOfASuperclass extends TokenWithoutLock {

	}

	static class TokenOfALockedOverride extends TokenWithoutLock {

		@Override
		@WriteLock("a")
		void run(long token) {
		}

	}

	static class NoToken {

		void run(long token, @Value("other") String other) {
		}

	}

	@WriteLock("a")
	static class NothingPublic {

		void run() {
		}

	}

	@WriteLock("a")
	static class OnlyOwn {

		@ReadLock("b")
		public void run() {
		}

	}

	static class LossOfTask {

		@DistributedLock("a")
		FutureTask<String> run() {
			return new FutureTask<>(() -> "");
		}

	}

	static class SkipTask {

		@WriteLock(value = "a", onFailure = OnFailure.SKIP)
		FutureTask<String> run() {
			return new FutureTask<>(() -> "");
		}

	}

	static class ReturnsStream {

		@ReadLock("a")
		Stream<String> run() {
			return Stream.of();
		}

	}

	static class ReturnsCallable {

		@ReadLock("a")
		Callable<String> run() {
			return () -> "";
		}

	}

	static class ReturnsStreamingBody {

		@ReadLock("a")
		StreamingResponseBody run() {
			return (out) -> {
			};
		}

	}

	static class ReturnsDeferred {

		@ReadLock("a")
		DeferredResult<String> run() {
			return new DeferredResult<>();
		}

	}

	static class ReturnsEmitter {

		@ReadLock("a")
		SseEmitter run() {
			return new SseEmitter();
		}

	}

	static class ReturnsEntity {

		@ReadLock("a")
		ResponseEntity<Mono<List<String>>> run() {
			return ResponseEntity.ok(Mono.empty());
		}

	}

	static class ReturnsConnectable {

		@ReadLock("a")
		ConnectableFlux<String> run() {
			throw new UnsupportedOperationException();
		}

	}

	static class Suspending {

		@ReadLock("a")
		Object run(String id, kotlin.coroutines.Continuation<String> continuation) {
			return id;
		}

	}

	static class PrivateMethod {

		@ReadLock("a")
		private void run() {
		}

	}

	static class StaticMethod {

		@ReadLock("a")
		static void run() {
		}

	}

	static class FinalMethod {

		@ReadLock("a")
		final void run() {
		}

	}

}
