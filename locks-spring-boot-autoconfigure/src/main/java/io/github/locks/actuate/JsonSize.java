package io.github.locks.actuate;

import java.util.List;

import io.github.locks.Deadlock;
import io.github.locks.Deadlock.Participant;
import io.github.locks.LockHolder;
import io.github.locks.LockOperation;
import io.github.locks.LockStatistics;
import io.github.locks.LockStatus;
import io.github.locks.LockWaiter;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes parts of a document take at most, without writing them: names of fields
 * and numbers are counted as if they were long.
 */
final class JsonSize {

	private static final int STATISTICS = 560;

	private static final int PERCENTILES = 120;

	private static final int OPERATION = 130;

	private static final int OWNER = 140;

	private static final int FRAME = 60;

	private JsonSize() {
	}

	static int of(ResourceStatistics resource) {
		int bytes = FRAME + of(resource.resourceName());
		for (LockStatistics lock : resource.locks().values()) {
			bytes += STATISTICS + ((lock.waitPercentilesMs() != null) ? PERCENTILES : 0)
					+ ((lock.holdPercentilesMs() != null) ? PERCENTILES : 0);
		}
		for (LockOperation operation : resource.recentOperations()) {
			bytes += OPERATION + of(operation.owner()) + of(operation.method());
		}
		return bytes;
	}

	static int of(ResourceStatus resource) {
		int bytes = FRAME + of(resource.resourceName());
		for (LockStatus lock : resource.locks().values()) {
			bytes += FRAME;
			for (LockHolder holder : lock.holders()) {
				bytes += OWNER + of(holder.owner()) + of(holder.method()) + of(holder.process());
			}
			for (LockWaiter waiter : lock.waiters()) {
				bytes += OWNER + of(waiter.owner()) + of(waiter.method()) + of(waiter.process());
			}
		}
		return bytes;
	}

	static int of(Deadlock deadlock) {
		int bytes = OWNER;
		for (Participant one : deadlock.participants()) {
			bytes += OWNER + of(one.owner()) + of(one.waitsFor()) + of(one.method()) + of(one.process())
					+ of(one.holds());
		}
		return bytes;
	}

	private static int of(List<String> texts) {
		return texts.stream().mapToInt((text) -> of(text) + 3).sum();
	}

	private static int of(@Nullable String text) {
		int bytes = 0;
		for (int i = 0; text != null && i < text.length(); i++) {
			bytes += bytesOf(text.charAt(i));
		}
		return bytes;
	}

	private static int bytesOf(char character) {
		if (character < ' ') {
			return 6;
		}
		if (character < 0x80) {
			return (character == '"' || character == '\\') ? 2 : 1;
		}
		return 3;
	}

}
