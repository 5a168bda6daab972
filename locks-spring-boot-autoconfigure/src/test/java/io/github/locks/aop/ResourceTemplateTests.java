package io.github.locks.aop;

import java.io.ByteArrayInputStream;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.locks.InvalidLockNameException;
import io.github.locks.annotation.WriteLock;
import io.github.locks.support.DefaultLockManager;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.implementation.FixedValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Names of resources as they come out of annotations.
 */
class ResourceTemplateTests {

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final Counter counter = new Counter();

	private final Orders orders = new LockedProxies(this.locks)
		.properties(Map.of("shop", "north", "shards", "4", "sneaky", "#{T(java.lang.System).exit(1)}"))
		.bean("counter", this.counter)
		.cglib(new Orders(this.locks));

	@AfterEach
	void close() {
		Plain.READS.set(0);
		this.locks.close();
	}

	@Test
	void literalIsTakenAsItIs() {
		assertThat(this.orders.literal()).isEqualTo("episodic_db:episodic_memory.db }{ '");
	}

	@Test
	void islandsSeeArgumentsByNameAndPosition() {
		assertThat(this.orders.byName(new Order("42"))).isEqualTo("orders:42");
		assertThat(this.orders.byPosition("x", 7)).isEqualTo("x/7/x/7");
	}

	@Test
	void islandsSeeTheCall() {
		assertThat(this.orders.root("x")).isEqualTo("root|Orders|x");
	}

	@Test
	void islandsSeeBeans() {
		assertThat(this.orders.bean("x")).isEqualTo("bean:1:x");
	}

	@Test
	void islandIsEvaluatedOnceForACall() {
		this.orders.bean("x");
		this.orders.bean("x");
		assertThat(this.counter.calls).hasValue(2);
	}

	@Test
	void bracesAndQuotesInsideAnIslandBelongToIt() {
		assertThat(this.orders.nested("k")).isEqualTo("}k{:2:end");
	}

	@Test
	void placeholdersAreReplacedInTextAndIslands() {
		assertThat(this.orders.placeholders(3)).isEqualTo("north:12:none");
	}

	@Test
	void propertyWithAnExpressionStaysText() {
		assertThat(this.orders.sneaky()).isEqualTo("#{T(java.lang.System).exit(1)}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "${user.home}", "#{T(java.lang.Runtime).getRuntime().exec('touch /tmp/marker-of-locks')}",
			"${jndi:ldap://127.0.0.1/a}", "'; DROP TABLE locks;--", "../../etc/passwd", "#{#value}", "a " })
	void argumentsAreData(String value) {
		assertThat(this.orders.value(value)).isEqualTo("orders:" + value);
		assertThat(Path.of("/tmp/marker-of-locks")).doesNotExist();
	}

	@Test
	void optionalsAreUnwrapped() {
		assertThat(this.orders.value(Optional.of(Optional.of("x")))).isEqualTo("orders:x");
		assertThat(this.orders.value(OptionalInt.of(5))).isEqualTo("orders:5");
	}

	static Stream<@Nullable Object> nothing() {
		return Stream.of(null, "", Optional.empty(), Optional.of(Optional.empty()), OptionalInt.empty(),
				new int[] { 1 }, new byte[0], List.of(), List.of("a"), Map.of("a", "b"), Stream.of("a"),
				new ByteArrayInputStream(new byte[0]), new Object(), CompletableFuture.completedFuture("a"),
				new Silent(), "x".repeat(10_000_000));
	}

	@ParameterizedTest
	@MethodSource("nothing")
	void valueThatIdentifiesNothingIsRefused(@Nullable Object value) {
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.orders.value(value))
			.withMessageContaining("@WriteLock('orders:#{#value}')")
			.withMessageContaining(Orders.class.getName() + ".value")
			.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(1000));
		assertThat(this.locks.getLockStatus()).isEmpty();
	}

	@Test
	void failingToStringIsTheCause() {
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.orders.value(new FailingText()))
			.withMessageContaining(".value")
			.withCauseInstanceOf(UnsupportedOperationException.class);
	}

	@Test
	void propertyOfNullIsRefused() {
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.orders.byName(null))
			.withMessageContaining("#order.id");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\0b", "\ud83d" })
	void resultIsCheckedAsAName(String value) {
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.orders.value(value))
			.withMessageContaining(".value")
			.withMessageContaining("orders:")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(value));
	}

	@Test
	void controlCharactersAreEscapedInMessages() {
		assertThatExceptionOfType(InvalidLockNameException.class)
			.isThrownBy(() -> this.orders.value("\u001b[31m" + "x".repeat(2000)))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("\u001b"));
	}

	@Test
	void longestNameIsAccepted() {
		String value = "x".repeat(505);
		assertThat(this.orders.value(value)).isEqualTo("orders:" + value);
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.orders.value(value + "x"));
	}

	@Test
	void propertyOfAnArgumentIsReadOnceWhateverTheArgumentIs() {
		assertThat(this.orders.any(new Plain("1"))).isEqualTo("orders:1");
		assertThat(this.orders.any(new PublicRecord("2"))).isEqualTo("orders:2");
		assertThat(this.orders.any(new Order("3"))).as("not public").isEqualTo("orders:3");
		assertThat(this.orders.any(new PublicField())).isEqualTo("orders:4");
		assertThat(this.orders.any(new GetterBeforeAccessor())).isEqualTo("orders:5");
		assertThat(this.orders.any(new Plain("6"))).isEqualTo("orders:6");
		assertThat(Plain.READS).hasValue(2);
	}

	@Test
	void propertyThatCannotBeReadIsTheCauseAndWasReadOnce() {
		Plain failing = new Plain(null);
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.orders.any(failing))
			.withMessageContaining("#order.id")
			.withStackTraceContaining("no id");
		assertThat(Plain.READS).hasValue(1);
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.orders.any(null))
			.withMessageContaining("#order.id");
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.orders.any("text"))
			.withMessageContaining("#order.id");
	}

	@Test
	void classLoadersAndTypesAreOutOfReach() {
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.orders.reflective("x"))
			.withMessageContaining("getClass");
	}

	@Test
	void argumentsWithoutNamesAreKnownByPosition() throws Exception {
		Class<?> type = new ByteBuddy().subclass(Object.class)
			.name("io.github.locks.aop.Nameless")
			.defineMethod("run", Object.class, Modifier.PUBLIC)
			.withParameters(Object.class)
			.intercept(FixedValue.argument(0))
			.annotateMethod(
					AnnotationDescription.Builder.ofType(WriteLock.class).define("value", "x:#{#a0}:#{#id}").build())
			.make()
			.load(getClass().getClassLoader())
			.getLoaded();
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> new LockedProxies(this.locks).check(type))
			.withMessageContaining("'#id'")
			.withMessageContaining("-parameters")
			.withMessageContaining("#a0");
	}

	record Order(@Nullable String id) {

	}

	public static final class Plain {

		private static final AtomicInteger READS = new AtomicInteger();

		private final @Nullable String id;

		Plain(@Nullable String id) {
			this.id = id;
		}

		public String getId() {
			READS.incrementAndGet();
			if (this.id == null) {
				throw new IllegalStateException("no id");
			}
			return this.id;
		}

	}

	public record PublicRecord(String id) {

	}

	public static final class PublicField {

		public final String id = "4";

	}

	public static final class GetterBeforeAccessor {

		public String id() {
			return "not this";
		}

		public int getId() {
			return 5;
		}

	}

	static final class Silent {

		@Override
		@SuppressWarnings("NullAway")
		public String toString() {
			return null;
		}

	}

	static final class FailingText {

		@Override
		public String toString() {
			throw new UnsupportedOperationException("no text");
		}

	}

	public static final class Counter {

		private final AtomicInteger calls = new AtomicInteger();

		public int next() {
			return this.calls.incrementAndGet();
		}

	}

	static class Orders {

		private final @Nullable DefaultLockManager locks;

		Orders(@Nullable DefaultLockManager locks) {
			this.locks = locks;
		}

		Orders() {
			this(null);
		}

		private String held() {
			return this.locks.getLockStatus().get(0).resourceName();
		}

		@WriteLock("episodic_db:episodic_memory.db }{ '")
		String literal() {
			return held();
		}

		@WriteLock("orders:#{#order.id}")
		String byName(@Nullable Order order) {
			return held();
		}

		@WriteLock("orders:#{#order.id}")
		String any(@Nullable Object order) {
			return held();
		}

		@WriteLock("#{#a0}/#{#a1}/#{#p0}/#{#p1}")
		String byPosition(String first, int second) {
			return held();
		}

		@WriteLock("#{#root.method.name}|#{#root.target.kind}|#{#root.args[0]}")
		String root(String value) {
			return held();
		}

		public String getKind() {
			return "Orders";
		}

		@WriteLock("bean:#{@counter.next()}:#{#value}")
		String bean(String value) {
			return held();
		}

		@WriteLock("#{'}' + #value + \"{\"}:#{ {1, 2}.size() }:end")
		String nested(String value) {
			return held();
		}

		@WriteLock("${shop}:#{#value * ${shards}}:${missing:none}")
		String placeholders(int value) {
			return held();
		}

		@WriteLock("${sneaky}")
		String sneaky() {
			return held();
		}

		@WriteLock("orders:#{#value}")
		String value(@Nullable Object value) {
			return held();
		}

		@WriteLock("#{#value.getClass().name}")
		String reflective(String value) {
			return held();
		}

	}

}
