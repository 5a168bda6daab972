package io.github.locks.spi;

import java.time.Instant;
import java.util.List;

import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * What one lock manager tells those of other processes: who holds leases in its process,
 * and who waits there for what. For people, and for the search for deadlocks across
 * processes; who has a lock is never decided by it. Immutable.
 *
 * @param id different from that of all other managers
 * @param process the process as people know it, {@code 4711@host}
 * @param number how many pictures this manager has made, with this one
 * @param holds who holds leases
 * @param waits who waits
 */
public record ProcessPicture(String id, String process, long number, List<Hold> holds, List<Wait> waits) {

	/**
	 * Copies the lists.
	 */
	public ProcessPicture {
		holds = List.copyOf(holds);
		waits = List.copyOf(waits);
	}

	/**
	 * Whether there is nothing to tell.
	 * @return {@code true} if nobody holds and nobody waits
	 */
	public boolean isEmpty() {
		return this.holds.isEmpty() && this.waits.isEmpty();
	}

	/**
	 * Whether another picture shows the same, whatever its number.
	 * @param other another picture
	 * @return {@code true} if nothing has changed
	 */
	public boolean showsTheSameAs(ProcessPicture other) {
		return this.holds.equals(other.holds) && this.waits.equals(other.waits);
	}

	/**
	 * One who holds a lease.
	 *
	 * @param resource name of the resource
	 * @param type how it is held
	 * @param owner name of the owner
	 * @param ownerId tells the owner from all others in its process
	 * @param method which method asked, or {@code null} if unknown
	 * @param since when the lock was granted
	 * @param fencingToken the token of the hold
	 */
	public record Hold(String resource, LockType type, String owner, long ownerId, @Nullable String method,
			Instant since, long fencingToken) {

		/**
		 * Whether this keeps a lease of a kind out.
		 * @param name name of the resource
		 * @param wanted the kind
		 * @return {@code false} if both can be held at once
		 */
		public boolean excludes(String name, LockType wanted) {
			boolean sameLock = (this.type == LockType.DISTRIBUTED) == (wanted == LockType.DISTRIBUTED);
			return sameLock && (this.type.isExclusive() || wanted.isExclusive()) && this.resource.equals(name);
		}

	}

	/**
	 * One who waits.
	 *
	 * @param id tells the wait from all others of its process
	 * @param resource name of the resource
	 * @param type what is wanted
	 * @param distributed whether the lock is one across processes
	 * @param asks whether it waits for the backend, rather than for others in its process
	 * @param owner name of the owner
	 * @param ownerIds the owner, and those owners that wait for it
	 * @param blockerIds the owners in its process that it waits for
	 * @param method which method asks, or {@code null} if unknown
	 * @param since when the wait began
	 * @param position position in the queue of its process, from 1
	 * @param holds names of the resources that the owner holds, not all if there are many
	 */
	public record Wait(long id, String resource, LockType type, boolean distributed, boolean asks, String owner,
			List<Long> ownerIds, List<Long> blockerIds, @Nullable String method, Instant since, int position,
			List<String> holds) {

		/**
		 * Copies the lists.
		 */
		public Wait {
			ownerIds = List.copyOf(ownerIds);
			blockerIds = List.copyOf(blockerIds);
			holds = List.copyOf(holds);
		}

	}

}
