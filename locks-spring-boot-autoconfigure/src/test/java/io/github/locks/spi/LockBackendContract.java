package io.github.locks.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.locks.LockBackendException;
import io.github.locks.LockHolder;
import io.github.locks.LockType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What every {@link LockBackend} promises. A test class for a backend extends this one,
 * and says how to open it.
 */
@Timeout(120)
public abstract class LockBackendContract {

	private final List<LockBackend> opened = new ArrayList<>();

	private LockBackend here;

	private LockBackend there;

	/**
	 * Opens a backend as another process would: all that a test opens keep the same
	 * locks.
	 * @return a new backend, or the same if it is for one process only
	 */
	protected abstract LockBackend open() throws Exception;

	/** Whether readers of two processes share a lock, for what is opened here. */
	protected boolean letsReadersShare() {
		return true;
	}

	@BeforeEach
	void openTwo() throws Exception {
		this.here = opened();
		this.there = opened();
	}

	private LockBackend opened() throws Exception {
		LockBackend backend = open();
		this.opened.add(backend);
		return backend;
	}

	@AfterEach
	void closeAll() {
		this.opened.forEach(LockBackend::close);
	}

	@ParameterizedTest
	@CsvSource({ "READ,READ,true", "READ,WRITE,false", "READ,DISTRIBUTED,true", "WRITE,READ,false", "WRITE,WRITE,false",
			"WRITE,DISTRIBUTED,true", "DISTRIBUTED,READ,true", "DISTRIBUTED,WRITE,true",
			"DISTRIBUTED,DISTRIBUTED,false" })
	void whatExcludesWhat(LockType first, LockType second, boolean together) {
		Lease held = acquire(this.here, "a", first);
		Optional<Lease> other = this.there.tryAcquire(request("a", second));
		boolean readers = first == LockType.READ && second == LockType.READ;
		assertThat(other.isPresent()).isEqualTo(together && (!readers || letsReadersShare()));
		other.ifPresent(this.there::release);
		this.here.release(held);
		this.there.release(acquire(this.there, "a", second));
	}

	@Test
	void namesAreDistinct() {
		List<String> names = List.of("a", "A", "a ", " a", "a:b", "{a}", "a}", "{a", "ä", "a\u0308", "ß", "ss", "*",
				"a*", "a?", "[a]", "a/b", "../a", "a\nb", "a'b", "\"a\"", "%41", "a_b", "a%b", "x".repeat(512),
				"x".repeat(511));
		List<Lease> leases = names.stream().map((name) -> acquire(this.here, name, LockType.DISTRIBUTED)).toList();
		assertThat(names).allMatch((name) -> this.there.tryAcquire(request(name, LockType.DISTRIBUTED)).isEmpty());
		leases.forEach(this.here::release);
	}

	@Test
	void tokensRise() {
		long last = 0;
		for (int i = 0; i < 20; i++) {
			LockBackend backend = (i % 2 == 0) ? this.here : this.there;
			Lease lease = acquire(backend, "a", LockType.DISTRIBUTED);
			assertThat(lease.fencingToken()).isGreaterThan(last);
			last = lease.fencingToken();
			backend.release(lease);
		}
	}

	@Test
	void writersHaveLargerTokensThanReadersBefore() {
		Lease first = acquire(this.here, "a", LockType.READ);
		if (!letsReadersShare()) {
			this.here.release(first);
		}
		Lease second = acquire(this.there, "a", LockType.READ);
		this.there.release(second);
		this.here.release(first);
		Lease writer = acquire(this.here, "a", LockType.WRITE);
		assertThat(writer.fencingToken()).isGreaterThan(first.fencingToken()).isGreaterThan(second.fencingToken());
		this.here.release(writer);
	}

	@Test
	void leaseIsThatOfItsRequest() {
		Lease lease = acquire(this.here, "a", LockType.DISTRIBUTED);
		assertThat(lease.resource()).isEqualTo("a");
		assertThat(lease.fencingToken()).isPositive();
		assertThat(lease.renewalInterval()).isPositive();
		assertThat(lease.timeToLive()).satisfiesAnyOf((time) -> assertThat(time).isEmpty(),
				(time) -> assertThat(time.orElseThrow()).isGreaterThan(lease.renewalInterval()));
		assertThat(lease.previousHolderCrashed()).isFalse();
		assertThat(this.here.renew(lease)).isTrue();
		this.here.release(lease);
		assertThat(this.here.renew(lease)).isFalse();
	}

	@Test
	void releaseIsOfOneLeaseOnly() {
		Lease first = acquire(this.here, "a", LockType.DISTRIBUTED);
		this.here.release(first);
		Lease second = acquire(this.there, "a", LockType.DISTRIBUTED);
		this.here.release(first);
		assertThat(this.there.renew(second)).isTrue();
		assertThat(this.here.tryAcquire(request("a", LockType.DISTRIBUTED))).isEmpty();
		this.there.release(second);
	}

	@Test
	void lockThatIsHandedOverIsNeverFree() {
		Lease first = acquire(this.here, "a", LockType.DISTRIBUTED);
		Optional<Lease> second = this.here.handOver(first, request("a", LockType.DISTRIBUTED));
		assertThat(this.there.tryAcquire(request("a", LockType.DISTRIBUTED))).isEmpty();
		if (second.isEmpty()) {
			assertThat(this.here.renew(first)).isTrue();
			this.here.release(first);
			return;
		}
		assertThat(second.get().fencingToken()).isGreaterThan(first.fencingToken());
		assertThat(this.here.renew(second.get())).isTrue();
		this.here.release(second.get());
		Lease third = acquire(this.there, "a", LockType.DISTRIBUTED);
		assertThat(third.fencingToken()).isGreaterThan(second.get().fencingToken());
		this.there.release(third);
	}

	@Test
	void writerThatReadsOnLetsReadersIn() {
		Lease writer = acquire(this.here, "a", LockType.WRITE);
		Optional<Lease> reader = this.here.handOver(writer, request("a", LockType.READ));
		reader.ifPresent((lease) -> {
			assertThat(this.there.tryAcquire(request("a", LockType.WRITE))).isEmpty();
			if (letsReadersShare()) {
				this.there.release(acquire(this.there, "a", LockType.READ));
			}
			assertThat(this.here.renew(lease)).isTrue();
			this.here.release(lease);
		});
		if (reader.isEmpty()) {
			this.here.release(writer);
		}
		this.there.release(acquire(this.there, "a", LockType.WRITE));
	}

	@ParameterizedTest
	@CsvSource({ "DISTRIBUTED", "WRITE", "READ" })
	void whoWaitsGetsTheLockSoon(LockType type) {
		Lease held = acquire(this.here, "a", (type == LockType.READ) ? LockType.WRITE : type);
		assertThat(this.there.tryAcquire(request("a", type))).isEmpty();
		CompletableFuture<Lease> waiting = CompletableFuture.supplyAsync(() -> await(this.there, "a", type));
		Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> !waiting.isDone());
		long released = System.nanoTime();
		this.here.release(held);
		Lease lease = waiting.join();
		assertThat(Duration.ofNanos(System.nanoTime() - released)).isLessThan(Duration.ofSeconds(2));
		assertThat(this.there.renew(lease)).isTrue();
		this.there.release(lease);
	}

	@Test
	void contentionIsNoticedSoonAndForgottenAgain() {
		Lease held = acquire(this.here, "a", LockType.DISTRIBUTED);
		LeaseRequest request = request("a", LockType.DISTRIBUTED);
		boolean tells = !this.here.isContended(held);
		try (ReleaseWatch watch = this.there.watch(request, () -> {
		})) {
			Awaitility.await().until(() -> {
				assertThat(this.there.tryAcquire(request)).isEmpty();
				watch.isPrompt();
				return this.here.isContended(held);
			});
		}
		if (tells) {
			Awaitility.await().until(() -> !this.here.isContended(held));
		}
		this.here.release(held);
	}

	@Test
	void whoTurnsAwayLeavesNothingBehind() {
		Lease held = acquire(this.here, "a", LockType.DISTRIBUTED);
		LeaseRequest request = request("a", LockType.DISTRIBUTED);
		for (int i = 0; i < 10; i++) {
			try (ReleaseWatch watch = this.there.watch(request, () -> {
			})) {
				assertThat(this.there.tryAcquire(request)).isEmpty();
				watch.isPrompt();
			}
		}
		this.here.release(held);
		this.here.release(acquire(this.here, "a", LockType.DISTRIBUTED));
	}

	@Test
	void turningAwayAgainstAReleaseLosesNoLock() throws Exception {
		LeaseRequest request = request("a", LockType.DISTRIBUTED);
		for (int i = 0; i < 50; i++) {
			Lease held = acquire(this.here, "a", LockType.DISTRIBUTED);
			ReleaseWatch watch = this.there.watch(request, () -> {
			});
			Optional<Lease> early = this.there.tryAcquire(request);
			CompletableFuture<Void> release = CompletableFuture.runAsync(() -> this.here.release(held));
			Optional<Lease> lease = early.or(() -> this.there.tryAcquire(request));
			watch.close();
			release.get(10, TimeUnit.SECONDS);
			lease.ifPresent(this.there::release);
			this.here.release(acquire(this.here, "a", LockType.DISTRIBUTED));
		}
	}

	@Test
	void interruptDisturbsNothing() {
		Thread.currentThread().interrupt();
		Lease lease = acquire(this.here, "a", LockType.DISTRIBUTED);
		assertThat(this.here.renew(lease)).isTrue();
		assertThat(this.there.tryAcquire(request("a", LockType.DISTRIBUTED))).isEmpty();
		this.here.release(lease);
		assertThat(Thread.interrupted()).isTrue();
		this.there.release(acquire(this.there, "a", LockType.DISTRIBUTED));
	}

	@Test
	void holderIsKnownToOthersOrNotAtAll() {
		assertThat(this.there.inspect("a")).isEmpty();
		Lease lease = acquire(this.here, "a", LockType.DISTRIBUTED);
		Optional<LockHolder> holder = this.there.inspect("a");
		holder.ifPresent((known) -> {
			assertThat(known.owner()).isEqualTo("owner of a 'b' ü");
			assertThat(known.method()).isEqualTo("Store.save");
			assertThat(known.process()).isEqualTo(ProcessId.current());
			assertThat(known.since()).isBetween(Instant.now().minusSeconds(60), Instant.now());
		});
		this.here.release(lease);
		assertThat(this.there.inspect("a")).isEmpty();
	}

	@Test
	void whatIsShownIsSeenByOthersUntilItIsTakenBack() {
		ProcessPicture.Hold hold = new ProcessPicture.Hold("a 'b'\nü", LockType.WRITE, "owner", 1, "Store.save",
				Instant.now(), 42);
		ProcessPicture picture = new ProcessPicture("p1", "1@host", 1, List.of(hold), List.of());
		this.here.publish(picture);
		List<ProcessPicture> seen = this.there.pictures();
		if (!seen.isEmpty()) {
			assertThat(seen).as("of a backend that shows something").containsExactly(picture);
		}
		ProcessPicture next = new ProcessPicture("p1", "1@host", 2, List.of(), List.of());
		this.here.publish(next);
		assertThat(this.there.pictures()).isEmpty();
	}

	@Test
	void closedBackendGivesNothingOut() throws Exception {
		LockBackend closed = opened();
		closed.close();
		closed.close();
		if (closed != this.here) {
			assertThatExceptionOfType(LockBackendException.class)
				.isThrownBy(() -> closed.tryAcquire(request("a", LockType.DISTRIBUTED)));
		}
	}

	@Test
	void oneAtATime() throws Exception {
		int threads = 4;
		int turns = 50;
		int[] inside = new int[1];
		List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
		List<CompletableFuture<Void>> loops = new ArrayList<>();
		CountDownLatch begin = new CountDownLatch(1);
		for (int i = 0; i < threads; i++) {
			LockBackend backend = (i < threads / 2) ? opened() : this.there;
			boolean queued = i < threads / 2;
			loops.add(CompletableFuture.runAsync(() -> {
				join(begin);
				for (int j = 0; j < turns; j++) {
					Lease lease = queued ? await(backend, "a", LockType.DISTRIBUTED)
							: acquire(backend, "a", LockType.DISTRIBUTED);
					inside[0]++;
					tokens.add(lease.fencingToken());
					backend.release(lease);
				}
			}, (task) -> new Thread(task).start()));
		}
		begin.countDown();
		loops.forEach(CompletableFuture::join);
		assertThat(inside[0]).isEqualTo(threads * turns);
		assertThat(tokens).isSorted().doesNotHaveDuplicates();
	}

	private static void join(CountDownLatch latch) {
		try {
			latch.await(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Asks until there is an answer that is not no. */
	private static Lease acquire(LockBackend backend, String resource, LockType type) {
		LeaseRequest request = request(resource, type);
		boolean interrupted = Thread.currentThread().isInterrupted();
		Optional<Lease> lease = backend.tryAcquire(request);
		long start = System.nanoTime();
		while (lease.isEmpty() && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(60)) {
			Thread.onSpinWait();
			lease = backend.tryAcquire(request);
		}
		assertThat(Thread.currentThread().isInterrupted()).isEqualTo(interrupted);
		return lease.orElseThrow();
	}

	/** Waits as a lock manager does. */
	private static Lease await(LockBackend backend, String resource, LockType type) {
		LeaseRequest request = request(resource, type);
		Thread waiter = Thread.currentThread();
		try (ReleaseWatch watch = backend.watch(request, () -> java.util.concurrent.locks.LockSupport.unpark(waiter))) {
			while (true) {
				Optional<Lease> lease = backend.tryAcquire(request);
				if (lease.isPresent()) {
					return lease.get();
				}
				java.util.concurrent.locks.LockSupport
					.parkNanos(TimeUnit.MILLISECONDS.toNanos(watch.isPrompt() ? 500 : 1));
			}
		}
	}

	private static LeaseRequest request(String resource, LockType type) {
		return new LeaseRequest(resource, type, "owner of a 'b' ü", "Store.save", Instant.now());
	}

}
