package io.github.locks.aop;

import java.time.Duration;
import java.util.Optional;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * One lock of a method: what one annotation says, parsed and checked. Immutable.
 *
 * @param declaration the annotation
 * @param template the name of the resource
 * @param condition when to lock, or {@code null} for always
 * @param fallback what to call instead, or {@code null}
 * @param timing how long to wait and to hold
 * @param label the method as messages name it
 */
record MethodLock(LockDeclaration declaration, ResourceTemplate template, @Nullable Condition condition,
		@Nullable Fallback fallback, Timing timing, String label) {

	/**
	 * Plans the lock of one call. Evaluates condition and template, so it is called once
	 * for a call.
	 * @return the lock to take, or {@code null} if its condition is false
	 */
	@Nullable PlannedLock plan(CallRoot root) {
		TemplateContext context = this.template.context(root);
		if (this.condition != null && !this.condition.isTrue(context)) {
			return null;
		}
		String literal = this.template.literal();
		return plan((literal != null) ? literal : this.template.resolve(context));
	}

	/**
	 * Plans the lock if it is the same for all calls.
	 * @return the lock to take, or empty if it depends on the call
	 */
	Optional<PlannedLock> planForAll() {
		String literal = this.template.literal();
		return (literal != null && this.condition == null) ? Optional.of(plan(literal)) : Optional.empty();
	}

	private PlannedLock plan(String resource) {
		return new PlannedLock(this, request(resource).build());
	}

	LockRequest.Builder request(String resource) {
		try {
			LockRequest.Builder builder = LockRequest.of(this.declaration.type(), resource)
				.scope(this.declaration.scope())
				.method(this.label)
				.template(this.template.source());
			this.timing.apply(builder);
			return builder;
		}
		catch (InvalidLockNameException ex) {
			throw new InvalidLockNameException(this.declaration.describe() + " gave no valid name. " + ex.getMessage(),
					ex);
		}
	}

	LockType type() {
		return this.declaration.type();
	}

	/**
	 * Whether the call is skipped for a failure, rather than failed.
	 */
	boolean isSkippedFor(Throwable failure) {
		return this.declaration.skip() && failure instanceof LockTimeoutException;
	}

	/**
	 * How long to wait and to hold; {@code null} where the annotation does not say.
	 */
	record Timing(@Nullable Duration timeout, @Nullable Duration lease, @Nullable Duration minimumHold) {

		void apply(LockRequest.Builder builder) {
			if (this.timeout != null) {
				builder.timeout(this.timeout);
			}
			if (this.lease != null) {
				builder.lease(this.lease);
			}
			if (this.minimumHold != null) {
				builder.minimumHold(this.minimumHold);
			}
		}

	}

}
