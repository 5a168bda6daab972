package io.github.locks;

import java.io.IOException;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of what hurts users of other lock libraries is complete, and its tests and
 * decision records exist.
 */
class KnownPainsTableTests {

	private static final String TABLE = "pains.md";

	private static final int PAINS = 25;

	@Test
	void everyPainIsThereOnceAndInItsPlace() throws IOException {
		assertThat(TestTable.of(TABLE).numbers())
			.containsExactlyElementsOf(IntStream.rangeClosed(1, PAINS).boxed().toList());
	}

	@Test
	void everyPainNamesItsTestsOrADecision() throws IOException {
		TestTable.of(TABLE).rows().forEach(TestTable.Row::isProvedByTestsOrDecisions);
	}

	@Test
	void testsOfOtherSortsAreFoundToo() {
		new TestTable.Row(1, "Kotlin", "`SuspendCallTests#lockIsHeldUntilTheFunctionReturns`").isProvedByTests();
		new TestTable.Row(2, "abstract", "`AbstractLocksEndpointHttpTests#nothingCanBeChangedByDefault`")
			.isProvedByTests();
		new TestTable.Row(3, "inherited", "`LocksEndpointWebMvcTests#nothingCanBeChangedByDefault`").isProvedByTests();
	}

	@Test
	void whatDoesNotExistProvesNothing() {
		for (String proof : new String[] { "", "tested by hand", "`NoSuchTests#works`", "`KnownPainsTableTests#works`",
				"`TestTable#rows`", "`KnownPainsTableTests#whatDoesNotExistProvesNothing` and more",
				"[0099](decisions/0099-not-there.md)" }) {
			TestTable.Row row = new TestTable.Row(1, "wrong", proof);
			assertThat(failureOf(row::isProvedByTestsOrDecisions)).as(proof).isTrue();
		}
	}

	private static boolean failureOf(Runnable check) {
		try {
			check.run();
			return false;
		}
		catch (AssertionError ex) {
			return true;
		}
	}

}
