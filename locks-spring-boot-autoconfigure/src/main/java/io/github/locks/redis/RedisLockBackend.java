package io.github.locks.redis;

import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.locks.LockBackendException;
import io.github.locks.LockBackendUnavailableException;
import io.github.locks.LockHolder;
import io.github.locks.LockNames;
import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.ProcessPicture;
import io.github.locks.spi.ReleaseWatch;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * Locks across processes and machines, in Redis 6.2 or later, or Valkey: leases, which
 * run out if they are not renewed, so that the lock of a process that has died is free
 * again.
 * <p>
 * Each step is one script ({@code lock.lua}). Who waits has a place in a queue in Redis;
 * whoever gives the lock back hands it to the first in the queue in the same step, and
 * tells its process by pub/sub. As messages get lost, who waits asks from time to time
 * all the same. Who does not come for a lock that it was given loses it after three
 * seconds.
 * <p>
 * Redis cannot promise that two never have a lock at the same time: a process may stand
 * still for longer than its lease, and a Redis that fails over may have forgotten the
 * lock. Where that matters, let the storage check the {@linkplain Lease#fencingToken()
 * fencing token}. Safe for use by several threads.
 */
public final class RedisLockBackend implements LockBackend {

	/** The shortest lease. */
	public static final Duration SHORTEST_LEASE = Duration.ofSeconds(2);

	private static final Log logger = LogFactory.getLog(RedisLockBackend.class);

	/** How long a place in a queue is kept for who does not ask again. */
	private static final Duration PATIENCE = Duration.ofSeconds(3);

	private static final long WITHDRAWAL_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	/** How many tokens the script sets aside with each grant. */
	private static final int TOKENS = 128;

	/** How clients report that the server has answered, by names that they share. */
	private static final Set<String> ANSWERS = Set.of("RedisCommandExecutionException", "JedisDataException");

	/** What a server answers that is not ready. */
	private static final Pattern OUTAGE = Pattern
		.compile("(?:LOADING|BUSY|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNKILLABLE)\\b");

	@SuppressWarnings("rawtypes")
	private static final RedisScript<List> SCRIPT = RedisScript
		.of(new ClassPathResource("lock.lua", RedisLockBackend.class), List.class);

	private final LockConnections connections;

	private final StringRedisTemplate redis;

	private final ReleaseMessages messages;

	private final RedisPictures pictures;

	private final Duration lease;

	private final String prefix;

	private final String process = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());

	private final AtomicLong sequence = new AtomicLong();

	/** Who has a place in a queue, by the lock. */
	private final Map<LockKeys, RedisWait> waits = new ConcurrentHashMap<>();

	private final AtomicBoolean closed = new AtomicBoolean();

	/**
	 * Creates a backend. Nothing is asked of Redis until the first lock is.
	 * @param connectionFactory the connections; not closed with the backend. Of Lettuce a
	 * connection of the same kind is made that waits for an answer for a sixth of the
	 * lease, and for two seconds at most
	 * @param lease how long a lock outlives its process, and a Redis that does not answer
	 * a hold; at least two seconds
	 * @param prefix what all keys begin with
	 * @throws IllegalArgumentException if the lease is too short, or the prefix has
	 * characters other than letters, digits, {@code . : _ -}
	 */
	public RedisLockBackend(RedisConnectionFactory connectionFactory, Duration lease, String prefix) {
		if (lease.compareTo(SHORTEST_LEASE) < 0) {
			throw new IllegalArgumentException("'lease' must be at least 2s, but is " + lease);
		}
		if (!isPrefix(prefix)) {
			throw new IllegalArgumentException(
					"'prefix' must be 1 to 100 letters, digits, '.', ':', '_' or '-', but is "
							+ LockNames.quote(prefix));
		}
		this.connections = LockConnections.of(connectionFactory, lease);
		this.redis = new StringRedisTemplate(this.connections.factory());
		this.lease = lease;
		this.prefix = prefix;
		this.pictures = new RedisPictures(this.redis, prefix);
		this.messages = new ReleaseMessages(this.connections.factory(), prefix + ":released:" + this.process,
				this::tell);
	}

	/**
	 * Whether keys can begin with a text.
	 * @param text the text
	 * @return {@code true} if it has up to 100 letters, digits, {@code . : _ -}
	 */
	public static boolean isPrefix(String text) {
		return text.matches("[A-Za-z0-9_.:-]{1,100}");
	}

	@Override
	public Optional<Lease> tryAcquire(LeaseRequest request) {
		checkOpen(request.resource());
		LockKeys keys = keys(request);
		RedisWait wait = this.waits.get(keys);
		return (wait != null && wait.type() == request.type()) ? take(wait, request) : acquire(keys, request);
	}

	/** Takes a place in the queue, or the lock that it was given. */
	private Optional<Lease> take(RedisWait wait, LeaseRequest request) {
		this.messages.listen();
		wait.asking();
		Optional<Lease> lease = acquire(wait.keys(), wait.id(), request, PATIENCE);
		wait.answered();
		if (lease.isPresent()) {
			wait.taken();
			this.waits.remove(wait.keys(), wait);
		}
		return lease;
	}

	private Optional<Lease> acquire(LockKeys keys, LeaseRequest request) {
		String id = newId(request.type());
		try {
			return acquire(keys, id, request, Duration.ZERO);
		}
		catch (RuntimeException ex) {
			// The answer may have been yes.
			withdraw(keys, id, this.lease);
			throw ex;
		}
	}

	private Optional<Lease> acquire(LockKeys keys, String id, LeaseRequest request, Duration patience) {
		try {
			List<?> answer = run(keys, id, "acquire", millis(this.lease), millis(patience), this.messages.channel(),
					ShownHolder.write(request));
			return (number(answer, 0) == 1) ? Optional.of(lease(keys, id, request, answer)) : Optional.empty();
		}
		catch (RuntimeException ex) {
			throw failure("acquire", request.resource(), request.type(), ex);
		}
	}

	private RedisLease lease(LockKeys keys, String id, LeaseRequest request, List<?> answer) {
		long token = number(answer, 1);
		return new RedisLease(request.resource(), request.type(), keys, id, token, token + TOKENS - 1,
				number(answer, 2) != 0, this.lease, new Contention(number(answer, 3) != 0));
	}

	@Override
	public boolean renew(Lease lease) {
		RedisLease held = (RedisLease) lease;
		try {
			List<?> answer = run(held.keys(), held.id(), "renew", millis(this.lease));
			boolean kept = number(answer, 0) == 1;
			if (kept) {
				held.contention().learn(number(answer, 1) != 0);
			}
			return kept;
		}
		catch (RuntimeException ex) {
			throw failure("renew", held.resource(), held.type(), ex);
		}
	}

	@Override
	public Optional<Lease> handOver(Lease lease, LeaseRequest successor) {
		RedisLease held = (RedisLease) lease;
		if (held.type() == LockType.WRITE && successor.type() == LockType.READ) {
			return downgrade(held, successor);
		}
		return Optional.ofNullable(held.successor(successor));
	}

	private Optional<Lease> downgrade(RedisLease held, LeaseRequest successor) {
		String id = newId(LockType.READ);
		try {
			List<?> answer = run(held.keys(), held.id(), "downgrade", id, ShownHolder.write(successor));
			return (number(answer, 0) == 1) ? Optional.of(lease(held.keys(), id, successor, answer)) : Optional.empty();
		}
		catch (RuntimeException ex) {
			withdraw(held.keys(), id, this.lease);
			throw failure("downgrade", held.resource(), held.type(), ex);
		}
	}

	@Override
	public boolean isContended(Lease lease) {
		RedisLease held = (RedisLease) lease;
		return held.contention().isContended(() -> this.messages.execute(() -> askForContention(held)));
	}

	private void askForContention(RedisLease held) {
		boolean contended = true;
		try {
			contended = number(run(held.keys(), held.id(), "contended"), 0) != 0;
		}
		catch (RuntimeException ex) {
			logger.debug("It cannot be told whether others wait", ex);
		}
		held.contention().learn(contended);
	}

	@Override
	public void release(Lease lease) {
		RedisLease held = (RedisLease) lease;
		try {
			run(held.keys(), held.id(), "release", "0");
		}
		catch (RuntimeException ex) {
			withdraw(held.keys(), held.id(), Duration.ZERO);
			throw failure("release", held.resource(), held.type(), ex);
		}
	}

	@Override
	public Optional<LockHolder> inspect(String resource) {
		return Stream.of(LockType.DISTRIBUTED, LockType.WRITE)
			.map((type) -> LockKeys.of(this.prefix, resource, type))
			.map((keys) -> run(keys, "", "inspect"))
			.filter((answer) -> number(answer, 0) == 1)
			.findFirst()
			.flatMap((answer) -> ShownHolder.read(String.valueOf(answer.get(1))));
	}

	@Override
	public void publish(ProcessPicture picture) {
		try {
			if (!this.closed.get()) {
				this.pictures.publish(picture);
			}
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Other processes cannot be told who holds and waits here", ex);
		}
	}

	@Override
	public List<ProcessPicture> pictures() {
		try {
			return this.closed.get() ? List.of() : this.pictures.read();
		}
		catch (RuntimeException ex) {
			logger.debug("It cannot be told who holds and waits in other processes", ex);
			return List.of();
		}
	}

	@Override
	public ReleaseWatch watch(LeaseRequest request, Runnable wakeUp) {
		checkOpen(request.resource());
		LockKeys keys = keys(request);
		RedisWait wait = new RedisWait(this, keys, request.type(), newId(request.type()), wakeUp);
		if (this.waits.putIfAbsent(keys, wait) != null) {
			return ReleaseWatch.NONE;
		}
		return wait;
	}

	/** A message has come. */
	private void tell(String id) {
		this.waits.values().stream().filter((wait) -> wait.id().equals(id)).forEach(RedisWait::tell);
	}

	boolean isListening() {
		return this.messages.isListening();
	}

	/** Gives a place in a queue back, or the lock that it was given. */
	void waitEnded(RedisWait wait, boolean givenUp) {
		this.waits.remove(wait.keys(), wait);
		if (givenUp) {
			withdraw(wait.keys(), wait.id(), wait.isAnswered() ? Duration.ZERO : this.lease);
		}
	}

	/**
	 * Takes a request back, whatever became of it.
	 * @param late how long it may still be on its way
	 */
	private void withdraw(LockKeys keys, String id, Duration late) {
		long until = System.nanoTime() + this.lease.toNanos();
		this.messages.execute(() -> {
			// What nobody takes back runs out by then.
			while (!isWithdrawn(keys, id, late) && System.nanoTime() - until < 0 && !this.closed.get()) {
				LockSupport.parkNanos(WITHDRAWAL_PAUSE_NANOS);
			}
		});
	}

	private boolean isWithdrawn(LockKeys keys, String id, Duration late) {
		try {
			run(keys, id, "release", millis(late));
			return true;
		}
		catch (RuntimeException ex) {
			logger.debug("A request was not taken back and will be tried again", ex);
			return false;
		}
	}

	/** Has no consequences if it is done twice. */
	private List<?> run(LockKeys keys, String id, String operation, Object... arguments) {
		Object[] all = Stream.concat(Stream.of(operation, id), Stream.of(arguments)).toArray();
		boolean interrupted = Thread.interrupted();
		try {
			while (true) {
				try {
					return this.redis.execute(SCRIPT, keys.all(id), all);
				}
				catch (RuntimeException ex) {
					// Clients give up when they are interrupted.
					if (!Thread.interrupted()) {
						throw ex;
					}
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static long number(List<?> answer, int place) {
		return Long.parseLong(String.valueOf(answer.get(place)));
	}

	private static String millis(Duration duration) {
		return Long.toString(duration.toMillis());
	}

	private LockKeys keys(LeaseRequest request) {
		return LockKeys.of(this.prefix, request.resource(), request.type());
	}

	/** The first letter tells the script whether it excludes all others. */
	private String newId(LockType type) {
		return (type.isExclusive() ? "w:" : "r:") + this.process + ":" + this.sequence.incrementAndGet();
	}

	private void checkOpen(String resource) {
		if (this.closed.get()) {
			throw new LockBackendException("The Redis backend was closed.", resource, LockType.DISTRIBUTED, null);
		}
	}

	private static LockBackendException failure(String operation, String resource, LockType type,
			RuntimeException cause) {
		String reason = reason(cause);
		String message = "Redis could not " + operation + " the " + type.key() + " lock on " + LockNames.quote(resource)
				+ ": " + reason;
		if (isOutage(cause)) {
			return new LockBackendUnavailableException(
					message + ". Is the server there that 'spring.data.redis.*' names?", resource, type, cause);
		}
		return new LockBackendException(message + ". May its user run scripts, and read and write these keys?",
				resource, type, cause);
	}

	/**
	 * Whether it may be over soon: there was no answer, or that of a server at its start.
	 */
	private static boolean isOutage(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (ANSWERS.contains(cause.getClass().getSimpleName())) {
				return OUTAGE.matcher(String.valueOf(cause.getMessage())).lookingAt();
			}
		}
		return true;
	}

	/** The innermost message says what is wrong; none of them has a password. */
	private static String reason(Throwable failure) {
		Throwable cause = failure;
		while (cause.getCause() != null && cause.getCause() != cause) {
			cause = cause.getCause();
		}
		String message = cause.getMessage();
		return (message != null) ? message.replaceFirst("\\.$", "") : cause.getClass().getName();
	}

	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.pictures.close();
			this.messages.close();
			this.connections.close();
		}
	}

	@Override
	public String toString() {
		return "Redis, with keys that begin with '" + this.prefix + ":'";
	}

}
