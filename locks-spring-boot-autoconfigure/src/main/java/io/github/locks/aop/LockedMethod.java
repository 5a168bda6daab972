package io.github.locks.aop;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockNames;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * A method and its lock: what the annotation says, parsed and checked. Immutable.
 */
final class LockedMethod {

	private static final AtomicLong CALLS = new AtomicLong();

	private final LockDeclaration declaration;

	private final ResourceTemplate template;

	private final @Nullable Duration timeout;

	private final String label;

	private final ReturnType returns;

	private final @Nullable LockRequest fixedRequest;

	LockedMethod(LockDeclaration declaration, ResourceTemplate template, @Nullable Duration timeout, String label,
			ReturnType returns) {
		this.declaration = declaration;
		this.template = template;
		this.timeout = timeout;
		this.label = label;
		this.returns = returns;
		String literal = template.literal();
		this.fixedRequest = (literal != null) ? builder(literal).build() : null;
	}

	/**
	 * Returns a name for the owner of one call, different from those of other calls.
	 * @param caller who or what makes the call
	 */
	static String nextCall(String caller) {
		return caller + "#" + CALLS.incrementAndGet();
	}

	/**
	 * Returns the request of one call for the current owner.
	 */
	LockRequest request(MethodInvocation invocation) {
		LockRequest fixed = this.fixedRequest;
		return (fixed != null) ? fixed : builder(resource(invocation)).build();
	}

	/**
	 * Returns the request of one call for an owner of its own.
	 */
	LockRequest request(String resource, LockOwner owner) {
		return builder(resource).owner(owner).build();
	}

	/**
	 * Returns the name of the resource of one call. Evaluates the template, so it is
	 * called once for a call.
	 */
	String resource(MethodInvocation invocation) {
		return this.template.resolve(new CallRoot(invocation));
	}

	private LockRequest.Builder builder(String resource) {
		try {
			LockRequest.Builder builder = LockRequest.of(this.declaration.type(), resource).method(this.label);
			return (this.timeout != null) ? builder.timeout(this.timeout) : builder;
		}
		catch (InvalidLockNameException ex) {
			throw new InvalidLockNameException(describe() + " gave no valid name. " + ex.getMessage(), ex);
		}
	}

	/**
	 * Whether the call is skipped, rather than failed, when the lock could not be had.
	 */
	boolean isSkipped() {
		return this.declaration.skip();
	}

	/**
	 * Returns the result of a skipped call.
	 * @return an empty {@code Optional} where the method returns that, else {@code null}
	 */
	@Nullable Object skipped() {
		return (this.returns.type() == Optional.class) ? Optional.empty() : null;
	}

	ReturnType returns() {
		return this.returns;
	}

	String label() {
		return this.label;
	}

	/**
	 * Returns annotation, template and method for messages.
	 */
	String describe() {
		return this.declaration.annotation() + "(" + LockNames.quote(this.declaration.resource()) + ") on "
				+ this.declaration.where();
	}

	@Override
	public String toString() {
		return describe();
	}

}
