package io.github.locks.sample;

import io.github.locks.LockTimeoutException;
import io.github.locks.annotation.DistributedLock;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Service;

/**
 * How much there is in the files that all instances share, at one moment: nobody changes
 * one file while the other is read. Who looks does not wait for long: after half a second
 * the last snapshot has to do.
 */
@Service
public class Snapshots {

	private final SkillLibrary skills;

	private final SharedCounter counter;

	private volatile @Nullable Snapshot last;

	Snapshots(SkillLibrary skills, SharedCounter counter) {
		this.skills = skills;
		this.counter = counter;
	}

	/**
	 * Takes a snapshot under the locks of both files.
	 * @return a new one, or the last one if a lock was not to be had
	 * @throws LockTimeoutException if there is no last one either
	 */
	@DistributedLock(value = "skills:file", timeout = "500ms", fallback = "last")
	@DistributedLock(value = "counter:file", timeout = "500ms", fallback = "last")
	public Snapshot take() {
		Snapshot snapshot = new Snapshot(this.skills.all().size(), this.counter.get(), true);
		this.last = snapshot;
		return snapshot;
	}

	Snapshot last(LockTimeoutException busy) {
		Snapshot snapshot = this.last;
		if (snapshot == null) {
			throw busy;
		}
		return new Snapshot(snapshot.skills(), snapshot.counter(), false);
	}

	/**
	 * What the files contain.
	 *
	 * @param skills how many skills
	 * @param counter the value of the counter
	 * @param current whether it was read just now
	 */
	public record Snapshot(int skills, long counter, boolean current) {
	}

}
