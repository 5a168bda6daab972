package io.github.locks.redis;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.locks.spi.LockThreadFactory;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/**
 * Hears who in this process was given a lock by who gave it back. One connection, from
 * the first wait on. Messages are hints: if there is no connection, they are missed.
 */
final class ReleaseMessages implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(ReleaseMessages.class);

	private static final long RECOVERY_MILLIS = 500;

	private final RedisMessageListenerContainer container = new RedisMessageListenerContainer();

	private final String channel;

	private final AtomicBoolean started = new AtomicBoolean();

	private final ThreadPoolExecutor threads = new ThreadPoolExecutor(4, 4, 10, TimeUnit.SECONDS,
			new LinkedBlockingQueue<>(10_000), new LockThreadFactory("redis"));

	ReleaseMessages(RedisConnectionFactory connectionFactory, String channel, Consumer<String> whenReleased) {
		this.channel = channel;
		this.threads.allowCoreThreadTimeOut(true);
		this.container.setConnectionFactory(connectionFactory);
		this.container.setTaskExecutor(Runnable::run);
		this.container
			.setSubscriptionExecutor((task) -> new LockThreadFactory("redis-messages").newThread(task).start());
		this.container.setRecoveryInterval(RECOVERY_MILLIS);
		this.container.addMessageListener(
				(message, pattern) -> whenReleased.accept(new String(message.getBody(), StandardCharsets.UTF_8)),
				new ChannelTopic(channel));
		this.container.afterPropertiesSet();
	}

	String channel() {
		return this.channel;
	}

	/** Begins to listen, if that was not done before. */
	void listen() {
		if (this.started.compareAndSet(false, true)) {
			execute(() -> {
				try {
					this.container.start();
				}
				catch (RuntimeException ex) {
					logger.debug("Redis tells nothing; who waits asks again and again", ex);
					this.started.set(false);
				}
			});
		}
	}

	boolean isListening() {
		return this.container.isListening();
	}

	/** Does something soon, on another thread. */
	void execute(Runnable task) {
		try {
			this.threads.execute(task);
		}
		catch (RejectedExecutionException ex) {
			task.run();
		}
	}

	@Override
	public void close() {
		this.threads.shutdown();
		try {
			this.container.destroy();
		}
		catch (Exception ex) {
			logger.debug("The connection for messages was not closed cleanly", ex);
		}
	}

}
