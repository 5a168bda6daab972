package io.github.locks.aop;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import io.github.locks.LockType;
import io.github.locks.annotation.OnFailure;
import io.github.locks.annotation.OnLost;

/**
 * What a generated annotation says, and what is to be seen then.
 */
enum MatrixAttribute {

	RESOURCE("resource", Map.of("resource", "literal"), MatrixCell::isHeldWhileTheWorkRuns),
	TEMPLATE("resource with `#{}`", Map.of(), MatrixCell::isHeldWhileTheWorkRuns),
	TIMEOUT("`timeout`", Map.of("timeout", "0"), MatrixCell::timeoutIsTold),
	SKIP("`SKIP`", Map.of("timeout", "0", "onFailure", OnFailure.SKIP), MatrixCell::callIsSkipped),
	FALLBACK("`fallback`", Map.of("timeout", "0", "fallback", MatrixWork.INSTEAD), MatrixCell::fallbackAnswers),
	FALLBACK_WITH_EXCEPTION("`fallback` with exception", Map.of("timeout", "0", "fallback", MatrixWork.INSTEAD),
			MatrixCell::fallbackAnswers),
	CONDITION("`condition`", Map.of("timeout", "0", "condition", "#id.endsWith('!')"), MatrixCell::conditionDecides),
	TOKEN("`@FencingToken`", Map.of(), MatrixCell::tokenIsPassed),
	LEASE("`lease`", Map.of("lease", "5ms"), MatrixCell::lossIsTold),
	MINIMUM_HOLD("`minimumHold`", Map.of("minimumHold", "1ms"), MatrixCell::minimumHoldIsAskedFor),
	ON_LOST("`onLost`", Map.of("lease", "5ms", "onLost", OnLost.INTERRUPT), MatrixCell::lossStopsTheWork);

	private static final String TEMPLATE_TEXT = "matrix:#{#id}";

	private final String text;

	private final Map<String, Object> values;

	private final MatrixCell.Check check;

	MatrixAttribute(String text, Map<String, Object> values, MatrixCell.Check check) {
		this.text = text;
		this.values = values;
		this.check = check;
	}

	/**
	 * Returns the name of the column in the table.
	 */
	String text() {
		return this.text;
	}

	/**
	 * Returns the attributes of the annotation.
	 */
	Map<String, Object> attributes() {
		Map<String, Object> all = new HashMap<>(this.values);
		all.putIfAbsent("resource", TEMPLATE_TEXT);
		return all;
	}

	String resource() {
		return (String) attributes().get("resource");
	}

	/**
	 * Returns the name that the template gives.
	 */
	String resource(String id) {
		return resource().replace("#{#id}", id);
	}

	MatrixCell.Check check() {
		return this.check;
	}

	boolean isFallbackWithException() {
		return this == FALLBACK_WITH_EXCEPTION;
	}

	boolean isToken() {
		return this == TOKEN;
	}

	/**
	 * Returns the kinds of lock that have the attribute.
	 */
	Set<LockType> types() {
		return switch (this) {
			case LEASE, MINIMUM_HOLD, ON_LOST -> EnumSet.of(LockType.DISTRIBUTED);
			default -> EnumSet.allOf(LockType.class);
		};
	}

	/**
	 * Whether the start is to fail.
	 */
	boolean isRefusedFor(LockType type, MatrixReturn returns) {
		return switch (returns) {
			case STREAM -> true;
			case FUTURE_TASK -> this == SKIP || type == LockType.DISTRIBUTED;
			case PRIMITIVE, SINGLE -> this == SKIP;
			default -> false;
		};
	}

}
