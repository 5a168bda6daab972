package io.github.locks.support;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.LockQuery;
import io.github.locks.ResourceHeat;
import io.github.locks.ResourceRanking;
import io.github.locks.local.Snapshot;
import io.github.locks.spi.ProcessPicture;
import io.github.locks.spi.ProcessPicture.Wait;
import io.github.locks.statistics.ResourceRecorder;
import io.github.locks.statistics.Totals;
import org.jspecify.annotations.Nullable;

/**
 * Looks briefly at all resources, to choose the first ones of a query. Who asks waits for
 * a tenth of a second at most. Where that is not enough, as there are so many, the choice
 * is from those that were seen until then, and who asks the same again goes on where the
 * last one stopped. What took long is good for a while: at most a twentieth of one core
 * is for it. Safe for use by several threads.
 */
final class Survey {

	private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

	private static final int PAUSE = 20;

	/** Between two looks at the clock. */
	private static final int STRIDE = 500;

	private final LockQuery query;

	private final ResourceTable resources;

	private final ReentrantLock mutex = new ReentrantLock();

	@GuardedBy("mutex")
	private @Nullable Pass pass;

	private volatile @Nullable Choice last;

	Survey(LockQuery query, ResourceTable resources) {
		this.query = query;
		this.resources = resources;
	}

	Choice choose(List<ProcessPicture> others) {
		Choice known = this.last;
		if (known != null && (known.isFresh() || this.mutex.isLocked())) {
			return known;
		}
		this.mutex.lock();
		try {
			Choice meanwhile = this.last;
			return (meanwhile != null && meanwhile.isFresh()) ? meanwhile : goOn(others);
		}
		finally {
			this.mutex.unlock();
		}
	}

	@GuardedBy("mutex")
	private Choice goOn(List<ProcessPicture> others) {
		Pass current = this.pass;
		if (current == null) {
			current = new Pass(elsewhere(others));
			this.pass = current;
		}
		boolean complete = current.run();
		Choice choice = current.choice();
		Choice known = this.last;
		if (complete) {
			this.pass = null;
			this.last = choice;
		}
		return (complete || known == null) ? choice : known;
	}

	/** Who holds and waits in other processes, by name of the resource. */
	private static Map<String, Elsewhere> elsewhere(List<ProcessPicture> others) {
		Map<String, Elsewhere> elsewhere = new HashMap<>();
		for (ProcessPicture picture : others) {
			picture.holds()
				.forEach((hold) -> elsewhere.computeIfAbsent(hold.resource(), (name) -> new Elsewhere()).holders++);
			picture.waits()
				.stream()
				.filter(Wait::distributed)
				.forEach((wait) -> elsewhere.computeIfAbsent(wait.resource(), (name) -> new Elsewhere()).waiters++);
		}
		return elsewhere;
	}

	/**
	 * One look at all resources.
	 */
	private final class Pass {

		private final ResourceTable.Cursor cursor = Survey.this.resources.cursor();

		private final ResourceRanking ranking = new ResourceRanking(Survey.this.query);

		private final Map<String, Elsewhere> elsewhere;

		private final Totals totals = new Totals();

		private long tookNanos;

		Pass(Map<String, Elsewhere> elsewhere) {
			this.elsewhere = elsewhere;
			elsewhere.forEach(this::offer);
		}

		/** Those in other processes are few, and come first. */
		private void offer(String name, Elsewhere there) {
			offer(name, Survey.this.resources.recorder(name), Survey.this.resources.find(name), there);
		}

		/** Returns whether all have been seen. */
		boolean run() {
			long start = System.nanoTime();
			boolean more = true;
			while (more && System.nanoTime() - start < PATIENCE_NANOS) {
				for (int i = 0; i < STRIDE && more; i++) {
					more = this.cursor.next(this::visit);
				}
			}
			this.tookNanos += System.nanoTime() - start;
			return !more;
		}

		private void visit(String name, ResourceRecorder recorder, @Nullable ManagedResource resource) {
			if (this.elsewhere.isEmpty() || !this.elsewhere.containsKey(name)) {
				offer(name, recorder, resource, Elsewhere.NOBODY);
			}
		}

		private void offer(String name, @Nullable ResourceRecorder recorder, @Nullable ManagedResource resource,
				Elsewhere there) {
			if (!Survey.this.query.names().test(name)) {
				return;
			}
			int holders = there.holders;
			int waiters = there.waiters;
			if (resource != null && !resource.isUnused()) {
				Snapshot now = resource.snapshotOfAll();
				holders += now.granted().size();
				waiters += now.queued().size();
			}
			if (!Survey.this.query.state().includes(holders, waiters)) {
				return;
			}
			this.totals.clear();
			if (recorder != null) {
				recorder.addTo(this.totals);
			}
			this.ranking
				.offer(new ResourceHeat(name, holders, waiters, this.totals.acquisitions(), this.totals.timeouts(),
						StatusReader.millis(this.totals.waitNanos()), StatusReader.millis(this.totals.holdNanos())));
		}

		Choice choice() {
			long pause = (this.tookNanos > QUICK_NANOS) ? PAUSE * this.tookNanos : 0;
			return new Choice(this.ranking.names(), this.ranking.leftOut(), System.nanoTime() + pause);
		}

	}

	/**
	 * How many hold and wait in other processes.
	 */
	private static final class Elsewhere {

		static final Elsewhere NOBODY = new Elsewhere();

		private int holders;

		private int waiters;

	}

	/**
	 * The first resources of a query.
	 *
	 * @param names the names, in order
	 * @param leftOut how many more there are
	 * @param untilNanos until when that is good enough
	 */
	record Choice(List<String> names, int leftOut, long untilNanos) {

		boolean isFresh() {
			return this.untilNanos - System.nanoTime() > 0;
		}

	}

}
