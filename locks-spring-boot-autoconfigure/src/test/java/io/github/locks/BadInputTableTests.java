package io.github.locks;

import java.io.IOException;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of bad input is complete, and its tests exist.
 */
class BadInputTableTests {

	private static final String TABLE = "bad-input.md";

	private static final int DASHBOARD = 86;

	@Test
	void everyRowIsThereOnceAndInItsPlace() throws IOException {
		assertThat(TestTable.of(TABLE).numbers())
			.containsExactlyElementsOf(IntStream.rangeClosed(1, DASHBOARD).boxed().toList());
	}

	@Test
	void everyRowNamesItsTests() throws IOException {
		for (TestTable.Row row : TestTable.of(TABLE).rows()) {
			if (row.number() == DASHBOARD) {
				assertThat(row.outcome()).isEqualTo("later: dashboard");
			}
			else {
				row.isProvedByTests();
			}
		}
	}

}
