package io.github.locks.aop;

import java.time.Duration;
import java.util.Map;

import io.github.locks.LockScope;
import io.github.locks.LockType;
import io.github.locks.annotation.ReadLock;
import io.github.locks.aop.LockDeclaration.Attribute;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.util.PropertyPlaceholderHelper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Durations in annotations.
 */
class DurationsTests {

	private static final Map<String, String> PROPERTIES = Map.of("known", "7s", "bare", "10");

	@ParameterizedTest
	@CsvSource(nullValues = "default", textBlock = """
			'',           default
			' ',          default
			0,            PT0S
			0s,           PT0S
			0ms,          PT0S
			5s,           PT5S
			' 5s ',       PT5S
			PT5S,         PT5S
			500ms,        PT0.5S
			1ms,          PT0.001S
			2m,           PT2M
			1h,           PT1H
			1m30s,        PT1M30S
			${t:5s},      PT5S
			${known},     PT7S
			${known:5s},  PT7S
			${t:},        default
			9223372036854775807s, PT2562047788015215H30M7S
			""")
	void valid(String timeout, @Nullable Duration expected) {
		assertThat(parse(timeout)).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			10,          Add a unit
			-1,          Add a unit
			${bare},     Add a unit
			9223372036854775807, Add a unit
			-1s,         is negative
			PT-5S,       is negative
			abc,         is not a duration
			1e3,         is not a duration
			NaN,         is not a duration
			5 s,         is not a duration
			5x,          is not a duration
			1.5s,        is not a duration
			9223372036854775807d, is not a duration
			99999999999999999999s, is not a duration
			${missing},  does not exist
			""")
	void invalid(String timeout, String problem) {
		assertThatExceptionOfType(InvalidLockAnnotationException.class).isThrownBy(() -> parse(timeout))
			.withMessageContaining(problem)
			.withMessageContaining("@ReadLock(timeout = '" + timeout + "')")
			.withMessageContaining("com.acme.Orders.pay");
	}

	private static @Nullable Duration parse(String timeout) {
		DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();
		PropertyPlaceholderHelper helper = new PropertyPlaceholderHelper("${", "}", ":", null, false);
		beanFactory.addEmbeddedValueResolver((text) -> helper.replacePlaceholders(text, PROPERTIES::get));
		LockDeclaration declaration = new LockDeclaration(LockType.READ, LockScope.CONFIGURED,
				Map.of(Attribute.RESOURCE, "a", Attribute.TIMEOUT, timeout), false, false, ReadLock.class, null,
				"com.acme.Orders.pay");
		return Durations.zeroOrMore(declaration, Attribute.TIMEOUT, new Placeholders(beanFactory));
	}

}
