package io.github.locks.support;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import io.github.locks.LockOwner;
import io.github.locks.spi.LockClaim;
import io.github.locks.spi.WallClock;
import org.jspecify.annotations.Nullable;

/**
 * What owners and waits are called in pictures, the same in all of them. Safe for use by
 * several threads.
 */
final class PictureIds {

	private final Map<LockOwner, Long> owners = new HashMap<>();

	private final Map<LockClaim, Known> waits = new HashMap<>();

	private long last;

	synchronized long of(LockOwner owner) {
		Long known = this.owners.get(owner);
		if (known == null) {
			known = ++this.last;
			this.owners.put(owner, known);
		}
		return known;
	}

	synchronized Known of(LockClaim claim) {
		Known known = this.waits.get(claim);
		if (known == null) {
			known = new Known(++this.last, WallClock.at(claim.requestedNanos()));
			this.waits.put(claim, known);
		}
		return known;
	}

	/** The number of a wait that is in a picture, else zero. */
	synchronized long find(LockClaim claim) {
		Known known = this.waits.get(claim);
		return (known != null) ? known.id() : 0;
	}

	/** Who waits, by its number, or {@code null} if it does not any more. */
	synchronized @Nullable LockClaim find(long id) {
		for (Map.Entry<LockClaim, Known> entry : this.waits.entrySet()) {
			if (entry.getValue().id() == id) {
				return entry.getKey();
			}
		}
		return null;
	}

	/** Forgets all others. */
	synchronized void retain(Collection<LockOwner> usedOwners, Collection<LockClaim> shownWaits) {
		this.owners.keySet().retainAll(usedOwners);
		this.waits.keySet().retainAll(shownWaits);
	}

	/**
	 * What is the same of a wait in all pictures.
	 *
	 * @param id its number
	 * @param since when it began
	 */
	record Known(long id, Instant since) {
	}

}
