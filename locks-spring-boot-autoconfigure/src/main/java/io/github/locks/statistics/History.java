package io.github.locks.statistics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.github.locks.spi.LockEvent;
import org.jspecify.annotations.Nullable;

/**
 * The last events of a resource: a ring that is written without blocking. It is made of
 * chunks, each twice as large as the one before, that are created when the first event
 * comes to them: a resource that is seldom used needs little memory, however long its
 * history may become.
 */
final class History {

	private static final int FIRST_CHUNK_BITS = 4;

	private static final int FIRST_CHUNK = 1 << FIRST_CHUNK_BITS;

	private static final int LARGEST = 1 << 30;

	private final int size;

	private final AtomicLong written = new AtomicLong();

	private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable LockEvent>> chunks;

	History(int size) {
		this.size = Math.min(size, LARGEST);
		this.chunks = new AtomicReferenceArray<>((size > 0) ? chunkOf(this.size - 1) + 1 : 0);
	}

	void add(LockEvent event) {
		if (this.size > 0) {
			int index = (int) (this.written.getAndIncrement() % this.size);
			int chunk = chunkOf(index);
			chunk(chunk).set(index - startOf(chunk), event);
		}
	}

	/** The events, oldest first. */
	List<LockEvent> toList() {
		List<LockEvent> events = new ArrayList<>();
		long end = this.written.get();
		for (long i = Math.max(0, end - this.size); i < end; i++) {
			LockEvent event = get((int) (i % this.size));
			if (event != null) {
				events.add(event);
			}
		}
		return events;
	}

	/** For how many events there is room without more memory. */
	int capacity() {
		int capacity = 0;
		for (int i = 0; i < this.chunks.length(); i++) {
			AtomicReferenceArray<@Nullable LockEvent> chunk = this.chunks.get(i);
			capacity += (chunk != null) ? chunk.length() : 0;
		}
		return capacity;
	}

	private @Nullable LockEvent get(int index) {
		int number = chunkOf(index);
		AtomicReferenceArray<@Nullable LockEvent> chunk = this.chunks.get(number);
		return (chunk != null) ? chunk.get(index - startOf(number)) : null;
	}

	private AtomicReferenceArray<@Nullable LockEvent> chunk(int number) {
		AtomicReferenceArray<@Nullable LockEvent> chunk = this.chunks.get(number);
		return (chunk != null) ? chunk : createChunk(number);
	}

	private synchronized AtomicReferenceArray<@Nullable LockEvent> createChunk(int number) {
		AtomicReferenceArray<@Nullable LockEvent> chunk = this.chunks.get(number);
		if (chunk == null) {
			chunk = new AtomicReferenceArray<>(Math.min(FIRST_CHUNK << number, this.size - startOf(number)));
			this.chunks.set(number, chunk);
		}
		return chunk;
	}

	/** Chunk {@code n} has the indexes from {@code 16 * (2^n - 1)} on. */
	private static int chunkOf(int index) {
		return Integer.SIZE - 1 - FIRST_CHUNK_BITS - Integer.numberOfLeadingZeros(index + FIRST_CHUNK);
	}

	private static int startOf(int chunk) {
		return (FIRST_CHUNK << chunk) - FIRST_CHUNK;
	}

}
