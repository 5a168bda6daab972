package io.github.locks.redis;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.locks.LockBackendException;
import io.github.locks.LockBackendUnavailableException;
import io.github.locks.LockNames;
import io.github.locks.LockType;
import io.github.locks.lease.LeaseStore;
import io.github.locks.lease.LockKey;
import io.github.locks.lease.Uninterrupted;

import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * Keeps leases in Redis. Each step is one script ({@code lock.lua}).
 */
final class RedisLeaseStore implements LeaseStore {

	/** How clients report that the server has answered, by names that they share. */
	private static final Set<String> ANSWERS = Set.of("RedisCommandExecutionException", "JedisDataException",
			"JedisAccessControlException");

	/** What a server answers that is not ready; before Redis 7 in other words. */
	private static final Pattern OUTAGE = Pattern
		.compile("(?:ERR Error running script .*: -)?(?:LOADING|BUSY|READONLY|NOREPLICAS|MASTERDOWN|CLUSTERDOWN"
				+ "|TRYAGAIN|UNKILLABLE)\\b");

	@SuppressWarnings("rawtypes")
	private static final RedisScript<List> LOCK = script("lock.lua");

	@SuppressWarnings("rawtypes")
	private static final RedisScript<List> PICTURES = script("pictures.lua");

	private final LockConnections connections;

	private final StringRedisTemplate redis;

	private final ReleaseMessages messages;

	private final String lease;

	private final String prefix;

	private final List<String> pictures;

	RedisLeaseStore(RedisConnectionFactory connectionFactory, Duration lease, String prefix, String process) {
		this.connections = LockConnections.of(connectionFactory, lease);
		this.redis = new StringRedisTemplate(this.connections.factory());
		this.messages = new ReleaseMessages(this.connections.factory(), prefix + ":released:" + process);
		this.lease = millis(lease);
		this.prefix = prefix;
		this.pictures = List.of(prefix + ":{pictures}");
	}

	@SuppressWarnings("rawtypes")
	private static RedisScript<List> script(String name) {
		return RedisScript.of(new ClassPathResource(name, RedisLeaseStore.class), List.class);
	}

	@Override
	public Optional<Grant> acquire(LockKey key, String id, Duration patience, String shown) {
		List<?> answer = run(key, id, "acquire", this.lease, millis(patience), this.messages.channel(), shown);
		return grant(answer);
	}

	private static Optional<Grant> grant(List<?> answer) {
		if (number(answer, 0) != 1) {
			return Optional.empty();
		}
		return Optional
			.of(new Grant(number(answer, 1), (int) number(answer, 2), number(answer, 3) != 0, number(answer, 4) != 0));
	}

	@Override
	public Optional<Boolean> renew(LockKey key, String id) {
		List<?> answer = run(key, id, "renew", this.lease);
		return (number(answer, 0) == 1) ? Optional.of(number(answer, 1) != 0) : Optional.empty();
	}

	@Override
	public void release(LockKey key, String id, Duration late) {
		run(key, id, "release", millis(late));
	}

	@Override
	public Optional<Grant> downgrade(LockKey key, String id, String reader, String shown) {
		return grant(run(key, id, "downgrade", reader, shown));
	}

	@Override
	public boolean isContended(LockKey key) {
		return number(run(key, "", "contended"), 0) != 0;
	}

	@Override
	public Optional<String> inspect(LockKey key) {
		List<?> answer = run(key, "", "inspect");
		return (number(answer, 0) == 1) ? Optional.of(String.valueOf(answer.get(1))) : Optional.empty();
	}

	@Override
	public void listen(Consumer<String> told) {
		this.messages.listen(told);
	}

	@Override
	public boolean isListening() {
		return this.messages.isListening();
	}

	@Override
	public Duration pollPause() {
		return Duration.ZERO;
	}

	@Override
	public void show(String id, String text, Duration time) {
		this.redis.execute(PICTURES, this.pictures, "show", id, millis(time), text);
	}

	@Override
	public void hide(String id) {
		this.redis.execute(PICTURES, this.pictures, "hide", id);
	}

	@Override
	public List<String> shown() {
		List<?> texts = this.redis.execute(PICTURES, this.pictures, "read", "");
		return texts.stream().map(String::valueOf).toList();
	}

	private List<?> run(LockKey key, String id, String operation, Object... arguments) {
		Object[] all = Stream.concat(Stream.of(operation, id), Stream.of(arguments)).toArray();
		List<String> keys = LockKeys.of(this.prefix, key).all(id);
		return Uninterrupted.call(() -> this.redis.execute(LOCK, keys, all));
	}

	private static long number(List<?> answer, int place) {
		return Long.parseLong(String.valueOf(answer.get(place)));
	}

	private static String millis(Duration duration) {
		return Long.toString(duration.toMillis());
	}

	@Override
	public LockBackendException failure(String operation, String resource, LockType type, RuntimeException cause) {
		String message = "Redis could not " + operation + " the " + type.key() + " lock on " + LockNames.quote(resource)
				+ ": " + reason(cause);
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
		this.messages.close();
		this.connections.close();
	}

}
