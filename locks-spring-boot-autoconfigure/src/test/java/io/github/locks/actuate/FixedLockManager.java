package io.github.locks.actuate;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

import io.github.locks.Deadlock;
import io.github.locks.LockHandle;
import io.github.locks.LockHolder;
import io.github.locks.LockManager;
import io.github.locks.LockNames;
import io.github.locks.LockOperation;
import io.github.locks.LockRequest;
import io.github.locks.LockStatistics;
import io.github.locks.LockStatus;
import io.github.locks.LockWaiter;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;

/**
 * A lock manager that shows the same document every time: one resource with everything,
 * and resources without statistics whose names are hard to transport.
 */
final class FixedLockManager implements LockManager {

	static final List<String> NAMES = List.of("orders:42", "a/b/c", "a;b=c", "100%", "%2F", "a%2fb", "a b+c", "50%/x",
			"smörgås-鎖-🔒", "<script>alert(1)</script>", "a\",\"b\":1", "a\r\nb", "{{7*7}}", "..", "a//b", "/lead",
			"trail/", "\"><img src=x onerror=alert(1)>", "</script><svg onload=alert(1)>", "${7*7}", "[[${7*7}]]",
			"=cmd|' /C calc'!A0", "${jndi:ldap://127.0.0.1/a}", "?resource=x#y", "x".repeat(512));

	private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678Z");

	final Set<String> reset = ConcurrentHashMap.newKeySet();

	@Override
	public LockHandle acquire(LockRequest request) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Optional<LockHandle> tryAcquire(LockRequest request) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletableFuture<LockHandle> acquireAsync(LockRequest request) {
		throw new UnsupportedOperationException();
	}

	@Override
	public ReadWriteLock readWriteLock(String resource) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Lock lock(String resource) {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<ResourceStatistics> getStatistics() {
		return List.of(statistics());
	}

	@Override
	public List<ResourceStatistics> getStatistics(String resource) {
		LockNames.check(resource);
		if (resource.equals("episodes")) {
			return List.of(statistics());
		}
		return NAMES.contains(resource) ? List.of(new ResourceStatistics(resource, Map.of(), List.of())) : List.of();
	}

	@Override
	public List<ResourceStatus> getLockStatus() {
		return List.of(status());
	}

	@Override
	public List<ResourceStatus> getLockStatus(String resource) {
		LockNames.check(resource);
		return resource.equals("episodes") ? List.of(status()) : List.of();
	}

	@Override
	public List<Deadlock> detectDeadlocks() {
		return List.of(
				new Deadlock(Deadlock.Kind.CYCLE, TIME,
						List.of(new Deadlock.Participant("t1", List.of("episodes"), "b", 210.0, "Store.find",
								"4711@host"),
								new Deadlock.Participant("t2", List.of("b"), "episodes", 200.0, null, "4711@host"))),
				new Deadlock(Deadlock.Kind.LONG_WAIT, TIME,
						List.of(new Deadlock.Participant("t3", List.of(), "c", 300000.0, null, "4711@host"))));
	}

	@Override
	public void resetStatistics() {
		this.reset.add("*");
	}

	@Override
	public void resetStatistics(String resource) {
		this.reset.add(LockNames.check(resource));
	}

	private static ResourceStatistics statistics() {
		LockStatistics read = new LockStatistics(145, 144, 1, 2, 0.0, 2.3, 8.1, 0.9, 15.7, 40.2, 3, 4, 333.5, 2260.8,
				new LockStatistics.Percentiles(2.1, 5.5, 8.1), null);
		LockStatistics none = new LockStatistics(0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0, 0.0, 0.0, null, null);
		Map<String, LockStatistics> locks = new LinkedHashMap<>();
		locks.put("read", read);
		locks.put("write", none);
		locks.put("distributed", none);
		return new ResourceStatistics("episodes", locks,
				List.of(new LockOperation(TIME, "read", LockOperation.Kind.ACQUIRED, "t1", "Store.find", 0.1),
						new LockOperation(TIME, "read", LockOperation.Kind.TIMEOUT, "t2", null, 10.0)));
	}

	private static ResourceStatus status() {
		LockStatus read = new LockStatus(
				List.of(new LockHolder("t1", "Store.find", TIME, 12.0, "4711@host"),
						new LockHolder("t4", null, TIME, 1.5, "4711@host")),
				List.of(new LockWaiter("t2", null, TIME, 3.0, 1, "4711@host")));
		return new ResourceStatus("episodes", Map.of("read", read));
	}

}
