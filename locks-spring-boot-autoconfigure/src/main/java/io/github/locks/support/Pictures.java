package io.github.locks.support;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.HashSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.deadlock.WaitForGraph;
import io.github.locks.local.Acquisition;
import io.github.locks.spi.LockClaim;
import io.github.locks.spi.ProcessId;
import io.github.locks.spi.ProcessPicture;
import io.github.locks.spi.ProcessPicture.Hold;
import io.github.locks.spi.ProcessPicture.Wait;
import io.github.locks.spi.WallClock;
import org.jspecify.annotations.Nullable;

/**
 * Shows other processes who holds and waits here, and reads what they show. Nothing is
 * shown as long as nobody here has to do with locks of other processes, and of holds and
 * waits only those that last: it costs the locks nothing.
 */
final class Pictures {

	private static final long LASTING_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private static final long NOTICE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	/** What has been shown is looked at again after this time only. */
	private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(600);

	private static final int MOST_HOLDS = 1_000;

	private static final int MOST_WAITS = 200;

	private static final int MOST_NAMES = 10;

	private final Leases leases;

	private final WaitForGraph graph;

	private final ResourceTable resources;

	private final Workers workers;

	private final String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());

	private final PictureIds ids = new PictureIds();

	private final AtomicBoolean publishing = new AtomicBoolean();

	/** When a grant was noticed last; whoever overwrites it is as good. */
	private volatile long noticedNanos = System.nanoTime() - NOTICE_NANOS;

	/** Whether there is something to take back when nobody holds or waits any more. */
	private volatile boolean shown;

	private volatile long takenNanos = System.nanoTime() - FRESH_NANOS;

	@GuardedBy("this")
	private ProcessPicture last = new ProcessPicture(this.id, ProcessId.current(), 0, List.of(), List.of());

	Pictures(Leases leases, WaitForGraph graph, ResourceTable resources, Workers workers) {
		this.leases = leases;
		this.graph = graph;
		this.resources = resources;
		this.workers = workers;
	}

	/**
	 * A lease was granted: if that lasts, others shall see it soon. Costs nothing if it
	 * happens often.
	 */
	void noticeGrant(long nanos) {
		long before = this.noticedNanos;
		if (nanos - before > NOTICE_NANOS) {
			this.noticedNanos = nanos;
			this.workers.schedule(this::publishSoon, 2 * LASTING_NANOS);
		}
	}

	/** Called from time to time by the timer. */
	void refresh() {
		boolean fresh = this.shown && this.leases.isInUse() && System.nanoTime() - this.takenNanos < FRESH_NANOS;
		if (!fresh) {
			publishSoon();
		}
	}

	private void publishSoon() {
		if ((this.shown || this.leases.isInUse()) && this.publishing.compareAndSet(false, true)) {
			this.workers.execute(() -> {
				try {
					publishChanges();
				}
				finally {
					this.publishing.set(false);
				}
			});
		}
	}

	private synchronized void publishChanges() {
		ProcessPicture before = this.last;
		ProcessPicture now = take();
		if (!now.showsTheSameAs(before)) {
			this.leases.publish(now);
		}
	}

	/** Whether others may wait for this process. */
	boolean isHolder() {
		return this.leases.isHolder();
	}

	/** Takes a picture, and shows it to the others whatever has changed. */
	synchronized ProcessPicture publish() {
		ProcessPicture now = take();
		this.leases.publish(now);
		return now;
	}

	/** What the managers of others show. */
	List<ProcessPicture> others() {
		return this.leases.pictures().stream().filter((picture) -> !picture.id().equals(this.id)).toList();
	}

	/** Who waits here, by what it has in pictures, or {@code null} if it does not now. */
	@Nullable LockClaim claim(long waitId) {
		return this.ids.find(waitId);
	}

	/** What a wait is called in the search for deadlocks. */
	String keyOf(LockClaim claim) {
		return this.id + ":" + this.ids.find(claim);
	}

	@GuardedBy("this")
	private ProcessPicture take() {
		List<Hold> holds = holds();
		List<Wait> waiting = waits();
		boolean alone = holds.isEmpty() && waiting.stream().noneMatch(Wait::distributed);
		this.last = new ProcessPicture(this.id, ProcessId.current(), this.last.number() + 1, holds,
				alone ? List.of() : waiting);
		this.shown = !this.last.isEmpty();
		this.takenNanos = System.nanoTime();
		return this.last;
	}

	private List<Hold> holds() {
		long now = System.nanoTime();
		List<Hold> holds = new ArrayList<>();
		this.leases.forEachHolder((holder, token) -> {
			if (now - holder.grantedNanos() >= LASTING_NANOS && holds.size() < MOST_HOLDS) {
				holds.add(new Hold(holder.resource(), holder.type(), holder.owner().name(), this.ids.of(holder.owner()),
						holder.method(), WallClock.at(holder.grantedNanos()), token));
			}
		});
		return holds;
	}

	/** Who asks the backend first, as it matters most to others. */
	private List<Wait> waits() {
		List<LockClaim> claims = new ArrayList<>(this.leases.askers());
		claims.addAll(this.graph.queued());
		long now = System.nanoTime();
		claims.removeIf((claim) -> now - claim.requestedNanos() < LASTING_NANOS);
		claims.sort(Comparator.comparing((LockClaim claim) -> !claim.isGranted())
			.thenComparing((claim) -> !isDistributed(claim)));
		List<LockClaim> shown = claims.subList(0, Math.min(MOST_WAITS, claims.size()));
		Map<LockOwner, List<String>> held = shown.isEmpty() ? Map.of() : this.resources.namesByOwner();
		List<Wait> waiting = shown.stream().map((claim) -> wait(claim, held)).toList();
		forgetOthers(shown);
		return waiting;
	}

	private void forgetOthers(List<LockClaim> shown) {
		Set<LockOwner> used = new HashSet<>();
		shown.forEach((claim) -> {
			used.addAll(whoWaits(claim.owner()));
			claim.blockers().forEach((blocker) -> used.add(blocker.owner()));
		});
		this.leases.forEachHolder((holder, token) -> used.add(holder.owner()));
		this.ids.retain(used, new HashSet<>(shown));
	}

	private Wait wait(LockClaim claim, Map<LockOwner, List<String>> held) {
		boolean asks = claim.isGranted();
		PictureIds.Known known = this.ids.of(claim);
		List<Long> blockers = asks ? List.of()
				: claim.blockers().stream().map((blocker) -> this.ids.of(blocker.owner())).distinct().toList();
		int position = (asks || !(claim instanceof Acquisition queued)) ? 1 : queued.lock().positionOf(queued);
		return new Wait(known.id(), claim.resource(), claim.type(), asks || isDistributed(claim), asks,
				claim.owner().name(), whoWaits(claim.owner()).stream().map(this.ids::of).toList(), blockers,
				claim.method(), known.since(), position, heldBy(claim, held, asks));
	}

	private static List<String> heldBy(LockClaim claim, Map<LockOwner, List<String>> held, boolean asks) {
		return whoWaits(claim.owner()).stream()
			.flatMap((owner) -> held.getOrDefault(owner, List.of()).stream())
			.filter((name) -> !asks || !name.equals(claim.resource()))
			.distinct()
			.limit(MOST_NAMES)
			.toList();
	}

	private boolean isDistributed(LockClaim claim) {
		ManagedResource resource = this.resources.find(claim.resource());
		return claim.type() == LockType.DISTRIBUTED || (resource != null && resource.hasReadWriteLeases());
	}

	/** An owner, and those that wait for it. */
	private static List<LockOwner> whoWaits(LockOwner owner) {
		List<LockOwner> all = new ArrayList<>(List.of(owner));
		for (LockOwner member = owner; member.isNested() && member.parent() != null;) {
			member = member.parent();
			all.add(member);
		}
		return all;
	}

}
