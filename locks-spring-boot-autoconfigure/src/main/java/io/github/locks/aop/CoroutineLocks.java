package io.github.locks.aop;

import io.github.locks.LockOwner;
import kotlin.coroutines.AbstractCoroutineContextElement;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.CopyableThreadContextElement;

/**
 * Lets the threads of a coroutine act for the owner of its locks, so that what blocks in
 * a suspend function enters them too. Loaded only if kotlinx-coroutines is on the class
 * path.
 * <p>
 * A child that the coroutine starts becomes an owner of its own: it may enter what its
 * parent holds, and children exclude each other.
 */
final class CoroutineLocks extends AbstractCoroutineContextElement
		implements CopyableThreadContextElement<LockOwner.Scope> {

	private static final Key KEY = new Key();

	private final LockOwner owner;

	private final HeldLocks held;

	private CoroutineLocks(LockOwner owner, HeldLocks held) {
		super(KEY);
		this.owner = owner;
		this.held = held;
	}

	/**
	 * Returns a continuation whose coroutine runs under locks.
	 * @param continuation the continuation that the function was called with
	 */
	static Object enter(Object continuation, HeldLocks held) {
		return new Entered((Continuation<?>) continuation, new CoroutineLocks(held.owner(), held));
	}

	@Override
	public LockOwner.Scope updateThreadContext(CoroutineContext context) {
		LockOwner.Scope ownerScope = this.owner.carry();
		LockOwner.Scope scope = this.held.enter();
		return () -> {
			scope.close();
			ownerScope.close();
		};
	}

	@Override
	public void restoreThreadContext(CoroutineContext context, LockOwner.Scope scope) {
		scope.close();
	}

	@Override
	public CopyableThreadContextElement<LockOwner.Scope> copyForChild() {
		return new CoroutineLocks(this.owner.child(LockedMethod.nextCall(this.owner.name())), this.held);
	}

	@Override
	public CoroutineContext mergeForChild(CoroutineContext.Element overwriting) {
		return overwriting;
	}

	private static final class Key implements CoroutineContext.Key<CoroutineLocks> {

	}

	private record Entered(Continuation<?> original, CoroutineLocks locks) implements Continuation<Object> {

		@Override
		public CoroutineContext getContext() {
			return this.original.getContext().plus(this.locks);
		}

		@Override
		public void resumeWith(Object result) {
			this.original.resumeWith(result);
		}

	}

}
