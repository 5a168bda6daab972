package io.github.locks.sample;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Shows on the console how far the agents are: on a terminal in one line, elsewhere in a
 * line for every tenth of the way.
 */
final class Progress {

	private static final boolean TERMINAL = System.console() != null;

	private final int total;

	private final AtomicInteger done = new AtomicInteger();

	Progress(int total) {
		this.total = total;
	}

	void step() {
		int now = this.done.incrementAndGet();
		int steps = TERMINAL ? 100 : 10;
		if (part(now, steps) > part(now - 1, steps)) {
			String text = "%3d %% of %d operations".formatted(part(now, 100), this.total);
			System.out.print(TERMINAL ? "\r" + text + ((now == this.total) ? "\n" : "") : text + "\n");
			System.out.flush();
		}
	}

	private long part(int count, int parts) {
		return (long) count * parts / this.total;
	}

}
