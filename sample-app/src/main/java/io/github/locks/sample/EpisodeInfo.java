package io.github.locks.sample;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockRequest;

import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Tells at {@code /actuator/info} how many episodes there are. Who monitors is never to
 * wait, so it tries once.
 */
@Component
class EpisodeInfo implements InfoContributor {

	private static final LockRequest REQUEST = LockRequest.read("episodes").method("EpisodeInfo.contribute").build();

	private final LockManager locks;

	private final JdbcClient jdbc;

	EpisodeInfo(LockManager locks, JdbcClient jdbc) {
		this.locks = locks;
		this.jdbc = jdbc;
	}

	@Override
	public void contribute(Info.Builder builder) {
		builder.withDetail("episodes", this.locks.tryAcquire(REQUEST).<Object>map(this::count).orElse("busy"));
	}

	private long count(LockHandle held) {
		try (held) {
			return this.jdbc.sql("select count(*) from episode").query(Long.class).single();
		}
	}

}
