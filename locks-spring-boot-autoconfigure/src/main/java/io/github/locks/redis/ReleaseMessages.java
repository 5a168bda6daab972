package io.github.locks.redis;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.ScheduledThreadPoolExecutor;
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

	/** One for a client that needs it to listen, and one to try again. */
	private static final int THREADS = 2;

	private static final long KEEP_ALIVE_SECONDS = 10;

	private final RedisMessageListenerContainer container = new RedisMessageListenerContainer();

	/** The container tries again on a thread of its caller, unless it can plan ahead. */
	private final ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(THREADS,
			new LockThreadFactory("redis-messages"));

	private final AtomicBoolean begun = new AtomicBoolean();

	private final String channel;

	ReleaseMessages(RedisConnectionFactory connectionFactory, String channel) {
		this.channel = channel;
		this.container.setConnectionFactory(connectionFactory);
		this.container.setTaskExecutor(Runnable::run);
		this.threads.setKeepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
		this.threads.allowCoreThreadTimeOut(true);
		this.container.setSubscriptionExecutor(this.threads);
		this.container.setRecoveryInterval(RECOVERY_MILLIS);
		this.container.afterPropertiesSet();
	}

	String channel() {
		return this.channel;
	}

	/** Begins to listen, once; what fails is tried again until it succeeds. */
	void listen(Consumer<String> told) {
		if (this.begun.compareAndSet(false, true)) {
			this.container.addMessageListener(
					(message, pattern) -> told.accept(new String(message.getBody(), StandardCharsets.UTF_8)),
					new ChannelTopic(this.channel));
			this.container.start();
		}
	}

	boolean isListening() {
		return this.container.isListening();
	}

	@Override
	public void close() {
		try {
			this.container.destroy();
		}
		catch (Exception ex) {
			logger.debug("The connection for messages was not closed cleanly", ex);
		}
		this.threads.shutdownNow();
	}

}
