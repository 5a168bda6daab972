package io.github.locks.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless {@code locks.enabled} says no. A value that says neither yes nor no
 * stops the start: a typing error must not let everything run without locks.
 */
final class OnLocksEnabledCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Boolean enabled = Binder.get(context.getEnvironment()).bind("locks.enabled", Boolean.class).orElse(null);
		ConditionMessage.Builder message = ConditionMessage.forCondition("locks.enabled");
		return (enabled == null || enabled) ? ConditionOutcome.match(message.because("locks are enabled"))
				: ConditionOutcome.noMatch(message.because("locks are disabled"));
	}

}
