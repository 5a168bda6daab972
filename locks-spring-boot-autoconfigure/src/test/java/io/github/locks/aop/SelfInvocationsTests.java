package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;

import io.github.locks.annotation.WriteLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.AopContext;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls of locked methods that slip past the proxy.
 */
class SelfInvocationsTests {

	@Test
	void callOnThisIsFoundWithItsPlace() {
		Place bean = new Place();
		bean.payAll();
		List<SelfInvocation> found = find(Place.class);
		assertThat(found).singleElement().satisfies((call) -> {
			assertThat(call.where())
				.isEqualTo(Place.class.getName() + ".payAll (SelfInvocationsTests.java:" + bean.calledFrom + ")");
			assertThat(call.callee()).isEqualTo(Place.class.getDeclaredMethod("pay"));
			assertThat(call.lockedCaller()).isNull();
		});
	}

	@Test
	void placeIsTheMethodWhereTheFileIsNotKnown() throws Exception {
		Method method = Place.class.getDeclaredMethod("pay");
		assertThat(new SelfInvocation("com.acme.Orders.payAll", null, 0, null, method).where())
			.isEqualTo("com.acme.Orders.payAll");
		assertThat(new SelfInvocation("com.acme.Orders.payAll", "Orders.java", 0, null, method).where())
			.isEqualTo("com.acme.Orders.payAll (Orders.java)");
	}

	@Test
	void argumentsDoNotHideTheReceiver() {
		assertThat(callers(Arguments.class)).containsExactly("nested", "ternary", "wide", "wideTernary", "array",
				"increment", "string", "text", "instance", "creation", "shifts", "shifts");
	}

	@Test
	void branchesDoNotHideTheReceiver() {
		assertThat(callers(Branches.class)).containsExactlyInAnyOrder("afterSwitch", "inSwitch", "switchArgument",
				"stringSwitch", "afterTry", "inCatch", "inFinally", "inFinally", "inLoop", "inLoop", "afterLoop",
				"inSynchronized", "afterThrow", "tryArgument", "resources", "shortCircuit", "deadEnd");
	}

	@Test
	void variablesAreFollowed() {
		assertThat(callers(Variables.class)).containsExactly("copied", "castCopy", "inBlock", "duringTry",
				"beforeReplaced", "enclosed");
	}

	@Test
	void otherReceiversAreFine() {
		assertThat(callers(Others.class)).isEmpty();
	}

	@Test
	void privateHelpersConstructorsAndInitializersAreFound() {
		assertThat(callers(Helpers.class)).containsExactly("<init>", "<init>", "helper", "finalHelper");
	}

	@Test
	void methodReferencesAndLambdasAreFound() {
		assertThat(callers(Lambdas.class)).containsExactlyInAnyOrder("reference", "superReference", "lambda", "nested",
				"withArguments", "copyReference");
	}

	@Test
	void innerClassesAreFound() {
		assertThat(find(Outer.class)).extracting(SelfInvocation::caller)
			.extracting((caller) -> caller.substring(Outer.class.getName().length()))
			.containsExactlyInAnyOrder("$1.call", "$1Local.call", "$Inner.<init>", "$Inner.call", "$Inner.lazily",
					"$Inner$Deep.call", "$2.<init>");
	}

	@Test
	void superclassIsLookedAt() {
		assertThat(callers(Child.class)).containsExactly("Child.fromChild", "Child.superFromChild", "Parent.fromParent",
				"Parent.reachedThroughSuper");
		assertThat(callers(Parent.class)).contains("overriddenAll");
	}

	@Test
	void superCallOfTheOverrideIsUnderItsLock() {
		assertThat(callers(Overriding.class)).containsExactly("elsewhere");
	}

	@Test
	void genericMethodIsFoundByItsErasure() {
		assertThat(callers(GenericChild.class)).containsExactlyInAnyOrder("GenericChild.direct",
				"GenericChild.byInterface", "GenericParent.all", "GenericContract.allOfThem");
	}

	@Test
	void covariantMethodIsFound() {
		assertThat(callers(Covariant.class)).containsExactly("CovariantParent.use");
	}

	@Test
	void defaultMethodOfAnInterfaceIsLookedAt() {
		assertThat(callers(Contracted.class)).containsExactly("Contract.all", "Contract.hidden", "BaseContract.base");
		assertThat(callers(OwnAll.class)).containsExactly("Contract.hidden", "BaseContract.base");
	}

	@Test
	void onlyTheLockedOverloadIsFound() {
		assertThat(callers(Overloads.class)).containsExactly("both");
	}

	@Test
	void privateMethodOfTheSuperclassIsAnother() {
		assertThat(callers(HidingChild.class)).isEmpty();
	}

	@Test
	void callOfALockedMethodNamesBoth() {
		assertThat(find(Recursive.class)).extracting(SelfInvocation::lockedCaller).allSatisfy((caller) -> {
			assertThat(caller).isNotNull();
			assertThat(caller.getName()).isEqualTo("pay");
		});
		assertThat(callers(Recursive.class)).containsExactly("pay", "pay");
	}

	@Test
	void defaultArgumentsOfKotlinAreFollowed() {
		assertThat(callers(Kotlinish.class)).containsExactly("all");
	}

	@ParameterizedTest
	@ValueSource(classes = { Record.class, Enumeration.class })
	void recordsAndEnumsAreLookedAt(Class<?> type) {
		assertThat(callers(type)).containsExactly("all");
	}

	@Test
	void classWithoutBytecodeIsPassedOver() throws Exception {
		Callable<String> lambda = () -> "x";
		assertThat(SelfInvocations.find(lambda.getClass(), Set.of(Callable.class.getMethod("call")))).isEmpty();
		assertThat(SelfInvocations.find(String.class, Set.of(String.class.getMethod("length")))).isEmpty();
		assertThat(SelfInvocations.find(Place.class, Set.of())).isEmpty();
	}

	private static List<SelfInvocation> find(Class<?> type) {
		Set<Method> locked = MethodIntrospector.selectMethods(type,
				(Method method) -> MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
					.isPresent(WriteLock.class));
		assertThat(locked).isNotEmpty();
		return SelfInvocations.find(type, locked);
	}

	/**
	 * Returns the methods that call, with the class in front if it is another.
	 */
	private static List<String> callers(Class<?> type) {
		List<String> callers = find(type).stream()
			.map((call) -> call.caller().substring(SelfInvocationsTests.class.getName().length() + 1))
			.toList();
		String own = type.getSimpleName() + ".";
		boolean allOwn = callers.stream().allMatch((caller) -> caller.startsWith(own));
		return allOwn ? callers.stream().map((caller) -> caller.substring(own.length())).toList() : callers;
	}

	static class Place {

		int calledFrom;

		void payAll() {
			noop();
			pay();
			noop();
		}

		@WriteLock("a")
		void pay() {
			this.calledFrom = StackWalker.getInstance()
				.walk((frames) -> frames.skip(1).findFirst())
				.orElseThrow()
				.getLineNumber();
		}

		void noop() {
		}

	}

	static class Arguments {

		@WriteLock("a")
		long pay(long amount, double rate, String text, Object other) {
			return amount;
		}

		long other(long amount, Object self) {
			return amount;
		}

		long nested() {
			return pay(other(other(1, this), "x"), Math.max(1.0, 2.0), String.valueOf(3L), new Object());
		}

		long ternary(boolean yes) {
			return pay(yes ? 1 : 2, yes ? 1.0 : other(2, null), yes ? "a" : "b", yes ? this : null);
		}

		void wide(long a, double b, long[] c, double[] d) {
			c[0] += a++;
			d[0] = b * c[0] - -a + (c[0] % 3) / 2.0 + (a << 3 ^ ~a);
			pay(c[0] += a, d[0] -= b, "x", null);
		}

		void wideTernary(long a, double b) {
			pay(a > 3 ? a : (long) b, b < 2 ? (double) a : (float) b, (a & 1L) == 0 ? "even" : "odd", (int) a);
		}

		void array() {
			pay(new long[][] { { 1, 2 }, { 3 } }[0][1], new double[2][3].length, new String[] { "x" }[0],
					new Object[][] { { this } });
		}

		void increment(int[] counts, Integer boxed) {
			int i = 1;
			counts[i++] = counts[--i]++ + boxed++;
			pay(i += 2, counts[0]-- * 2.0f, "" + counts[i] + boxed, counts);
		}

		void string(char c, byte b, short s) {
			pay((char) (c + 1), (byte) (b * s), c + "" + b + s + 1L + 2.0, (Object) c);
		}

		void text(Object text) {
			pay(text instanceof String t ? t.length() : 0, 1.0, """
					text""", text == null ? Integer.class : (Integer) 3);
		}

		void instance(boolean one, boolean other) {
			pay(one && other ? 1 : 0, one || !other ? 1 : 2, Boolean.toString(one ^ other), one == other);
		}

		void creation() {
			pay(new StringBuilder().append(1L).append(2.0).append(new char[] { 'c' }).length(), 1, "x",
					new Thread(this::nested));
		}

		void shifts(int i, long l) {
			pay(l << i | l >>> 2 & l >> i, i << 2 | i >>> 3, String.valueOf(-l + -i), -2.0f);
			pay(Long.compare(l, i) + (l > i ? 1 : 0), (float) l + (float) i, null, (short) i);
		}

	}

	static class Branches {

		@WriteLock("a")
		int pay(int amount) {
			return amount;
		}

		void afterSwitch(int i) {
			int amount;
			switch (i) {
				case 1:
				case 2:
					amount = 3;
					break;
				case 1000:
					return;
				default:
					amount = 4;
			}
			pay(amount);
		}

		void inSwitch(Thread.State state) {
			switch (state) {
				case NEW -> pay(1);
				case RUNNABLE -> throw new IllegalStateException();
				default -> {
				}
			}
		}

		void switchArgument(Thread.State state) {
			pay(switch (state) {
				case NEW -> 1;
				case RUNNABLE -> {
					int i = 2;
					while (i < 10) {
						i *= 2;
					}
					yield i;
				}
				case BLOCKED -> throw new IllegalStateException();
				default -> 3;
			});
		}

		void stringSwitch(String text) {
			pay(switch (text) {
				case "a", "b" -> 1;
				case "Aa", "BB" -> 2;
				default -> 3;
			});
		}

		void afterTry() {
			int amount;
			try {
				amount = Integer.parseInt("1");
			}
			catch (NumberFormatException ex) {
				amount = 2;
			}
			pay(amount);
		}

		void inCatch() {
			try {
				Integer.parseInt("1");
			}
			catch (NumberFormatException ex) {
				pay(ex.hashCode());
			}
		}

		int inFinally(int i) {
			try {
				if (i > 3) {
					return i;
				}
				Integer.parseInt("1");
			}
			catch (NumberFormatException | IllegalStateException ex) {
				pay(1);
				throw ex;
			}
			finally {
				pay(2);
			}
			return 2;
		}

		void inLoop(List<String> texts) {
			for (String text : texts) {
				if (text.isEmpty()) {
					continue;
				}
				pay(text.length());
			}
			outer: for (int i = 0; i < 10; i++) {
				for (int j = i; true; j++) {
					if (j > 5) {
						continue outer;
					}
					if (j == 4) {
						break outer;
					}
					pay(i);
				}
			}
		}

		void afterLoop() {
			int i = 0;
			do {
				i++;
			}
			while (i < 10);
			while (true) {
				if (i-- < 0) {
					break;
				}
			}
			pay(i);
		}

		void inSynchronized() {
			synchronized (this) {
				pay(1);
			}
		}

		void afterThrow(int i) {
			if (i > 3) {
				throw new IllegalArgumentException("" + i);
			}
			pay(i);
		}

		void tryArgument(boolean yes) {
			pay(switch (yes ? 1 : 2) {
				case 1 -> {
					try {
						yield Integer.parseInt("1");
					}
					catch (NumberFormatException ex) {
						yield 2;
					}
					finally {
						yes = !yes;
					}
				}
				default -> 3;
			});
		}

		void resources() throws Exception {
			try (AutoCloseable one = () -> {
			}; AutoCloseable two = null) {
				pay(1);
			}
		}

		boolean shortCircuit(boolean one, boolean other) {
			return one && (other || pay(1) > 2) && !one;
		}

		int deadEnd(int i) {
			for (;;) {
				try {
					if (i > 3) {
						break;
					}
				}
				catch (RuntimeException ex) {
					throw new IllegalStateException(ex);
				}
				finally {
					i++;
				}
			}
			return pay(i);
		}

	}

	static class Variables {

		@WriteLock("a")
		void pay() {
		}

		void copied() {
			Variables me = this;
			me.pay();
		}

		void castCopy() {
			Object me = this;
			((Variables) me).pay();
		}

		void inBlock(boolean yes) {
			Variables me = this;
			if (yes) {
				me.pay();
			}
		}

		void duringTry() {
			Variables me = this;
			try {
				Integer.parseInt("1");
			}
			catch (NumberFormatException ex) {
				me.pay();
			}
		}

		void beforeReplaced(Variables other) {
			Variables me = this;
			me.pay();
			me = other;
			me.pay();
		}

		void replacedInTry(Variables other) {
			Variables me = this;
			try {
				me = other;
				Integer.parseInt("1");
			}
			catch (NumberFormatException ex) {
				me.pay();
			}
		}

		void eitherOne(boolean yes, Variables other) {
			Variables me = yes ? this : other;
			me.pay();
			(yes ? other : this).pay();
		}

		void reused() {
			{
				Variables me = this;
				me.hashCode();
			}
			Variables other = new Variables();
			other.pay();
		}

		void enclosed() {
			(this).pay();
		}

	}

	static class Others {

		private Others self;

		private final Others[] all = { this };

		@WriteLock("a")
		Others pay(Object other) {
			return this;
		}

		static void inStatic(Others bean) {
			bean.pay(null);
		}

		void selfField() {
			this.self.pay(this);
		}

		void argument(Others other) {
			other.pay(this);
		}

		void proxy() {
			((Others) AopContext.currentProxy()).pay(this);
		}

		void created() {
			new Others().pay(this);
		}

		void returned() {
			self().pay(this);
		}

		void element() {
			this.all[0].pay(this);
		}

		void reference() {
			run(this.self::pay);
			run((other) -> this.self.pay(this));
			BiFunction<Others, Object, Others> unbound = Others::pay;
			unbound.apply(this.self, this);
		}

		void inner() {
			new Object() {

				void run() {
					Others.this.self.pay(this);
				}

				Others pay(Object other) {
					return Others.this;
				}

				void own() {
					pay(this);
				}

			}.run();
		}

		static class Nested {

			private Others this$0;

			void run() {
				this.this$0.self.pay(null);
			}

		}

		private Others self() {
			return this.self;
		}

		private void run(Function<Object, Others> function) {
			function.apply(this);
		}

	}

	static class Helpers {

		private final int value = pay(1);

		Helpers() {
			pay(2);
		}

		Helpers(int i) {
			this();
		}

		@WriteLock("a")
		int pay(int i) {
			return i;
		}

		private void helper() {
			pay(this.value);
		}

		final void finalHelper() {
			this.pay(4);
		}

	}

	static class Lambdas extends LambdasParent {

		@WriteLock("a")
		long pay() {
			return 1;
		}

		@Override
		@WriteLock("a")
		long inherited() {
			return 2;
		}

		LongSupplier reference() {
			return this::pay;
		}

		LongSupplier superReference() {
			return super::inherited;
		}

		LongSupplier lambda() {
			return () -> 1 + pay();
		}

		Callable<LongSupplier> nested(int i) {
			return () -> () -> i + pay();
		}

		Function<String, Long> withArguments(long a, double b) {
			return (text) -> a + (long) b + text.length() + this.pay();
		}

		LongSupplier copyReference() {
			Lambdas me = this;
			return me::pay;
		}

	}

	static class LambdasParent {

		long inherited() {
			return 1;
		}

	}

	static class Outer {

		@WriteLock("a")
		String pay() {
			return "";
		}

		Callable<String> anonymous() {
			return new Callable<>() {

				@Override
				public String call() {
					return pay();
				}

			};
		}

		Callable<String> local(String text) {
			class Local implements Callable<String> {

				@Override
				public String call() {
					return text + Outer.this.pay();
				}

			}
			return new Local();
		}

		Object initializer() {
			return new Object() {

				final String text = pay();

				@Override
				public String toString() {
					return this.text + Outer.this.hashCode();
				}

			};
		}

		class Inner {

			Inner() {
				pay();
			}

			String call() {
				return Outer.this.pay();
			}

			Callable<String> lazily() {
				return () -> pay();
			}

			class Deep {

				String call() {
					return Outer.this.pay();
				}

			}

		}

		static class Separate {

			private final Outer outer = new Outer();

			String call() {
				return this.outer.pay();
			}

		}

	}

	static class Parent {

		@WriteLock("a")
		void pay() {
		}

		void fromParent() {
			pay();
		}

		void overriddenAll() {
			pay();
		}

		void reachedThroughSuper() {
			pay();
		}

	}

	static class Child extends Parent {

		void fromChild() {
			pay();
		}

		void superFromChild() {
			super.pay();
		}

		@Override
		void overriddenAll() {
		}

		@Override
		void reachedThroughSuper() {
			super.reachedThroughSuper();
		}

	}

	static class Overriding extends Parent {

		@Override
		@WriteLock("b")
		void pay() {
			super.pay();
			Runnable later = () -> super.pay();
			later.run();
		}

		@Override
		void fromParent() {
		}

		@Override
		void overriddenAll() {
		}

		@Override
		void reachedThroughSuper() {
		}

		void elsewhere() {
			super.pay();
		}

	}

	interface GenericContract<T> {

		T save(T value);

		default void allOfThem(T value) {
			save(value);
		}

	}

	abstract static class GenericParent<T> implements GenericContract<T> {

		void all(List<T> values) {
			values.forEach((value) -> save(value));
		}

	}

	static class GenericChild extends GenericParent<String> {

		@Override
		@WriteLock("a")
		public String save(String value) {
			return value;
		}

		void direct() {
			save("x");
		}

		void byInterface() {
			((GenericContract<String>) this).save("x");
		}

	}

	static class CovariantParent {

		Object make() {
			return "";
		}

		Object use() {
			return make();
		}

	}

	static class Covariant extends CovariantParent {

		@Override
		@WriteLock("a")
		String make() {
			return "";
		}

	}

	interface BaseContract {

		@WriteLock("a")
		void one(long value, String text);

		default void base() {
			one(1, "x");
		}

	}

	interface Contract extends BaseContract {

		default void all() {
			one(1, "x".toUpperCase(Locale.ROOT));
		}

		private void hidden() {
			this.one(2, "x");
		}

		static void inStatic(Contract contract) {
			contract.hidden();
			contract.one(1, "x");
		}

	}

	static class Contracted implements Contract {

		@Override
		public void one(long value, String text) {
		}

	}

	static class OwnAll extends Contracted {

		@Override
		public void all() {
		}

	}

	static class Overloads {

		@WriteLock("a")
		void pay(long amount) {
		}

		void pay(int amount) {
		}

		void pay(String amount) {
		}

		void both() {
			pay(1);
			pay("1");
			pay(1L);
		}

	}

	static class HidingParent {

		private void pay() {
		}

		void all() {
			pay();
		}

	}

	static class HidingChild extends HidingParent {

		@WriteLock("a")
		void pay() {
		}

	}

	static class Recursive {

		@WriteLock("a")
		void pay(List<String> texts) {
			pay(new ArrayList<>());
			refund();
		}

		@WriteLock("b")
		void refund() {
		}

	}

	@SuppressWarnings({ "checkstyle:MethodName", "PMD" })
	static class Kotlinish {

		@WriteLock("a")
		int pay(int amount, String text) {
			return amount;
		}

		static int pay$default(Kotlinish bean, int amount, String text, int mask, Object marker) {
			return bean.pay(((mask & 1) != 0) ? 1 : amount, text);
		}

		void all(Kotlinish other) {
			pay$default(this, 0, "x", 1, null);
			pay$default(other, 0, "x", 1, null);
		}

	}

	record Record(int value) {

		@WriteLock("a")
		int pay() {
			return this.value;
		}

		int all() {
			return pay();
		}

	}

	enum Enumeration {

		ONE, TWO;

		@WriteLock("a")
		void pay() {
		}

		void all() {
			pay();
		}

	}

}
