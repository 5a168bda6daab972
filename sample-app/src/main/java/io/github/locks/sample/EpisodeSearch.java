package io.github.locks.sample;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import io.github.locks.LockManager;
import io.github.locks.LockRequest;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * Looks for words in the episodes. A search may come at any time and take its time, so no
 * thread waits for the lock: the query begins when the {@link LockManager} has granted
 * it.
 */
@Service
class EpisodeSearch {

	private static final LockRequest REQUEST = LockRequest.read("episodes")
		.timeout(Duration.ofSeconds(2))
		.method("EpisodeSearch.search")
		.build();

	private final LockManager locks;

	private final JdbcClient jdbc;

	private final Executor executor;

	EpisodeSearch(LockManager locks, JdbcClient jdbc, Executor applicationTaskExecutor) {
		this.locks = locks;
		this.jdbc = jdbc;
		this.executor = applicationTaskExecutor;
	}

	/**
	 * Searches in the background.
	 * @param text what to look for
	 * @return the first hundred episodes whose content contains the text
	 */
	CompletableFuture<List<Episode>> search(String text) {
		return this.locks.acquireAsync(REQUEST)
			.thenCompose((held) -> query(text).whenComplete((found, failure) -> held.close()));
	}

	// If the executor refuses the query, the future fails, and the lock is given back too
	private CompletableFuture<List<Episode>> query(String text) {
		return CompletableFuture.completedFuture(text).thenApplyAsync(this::find, this.executor);
	}

	private List<Episode> find(String text) {
		return this.jdbc
			.sql("select id, agent, content from episode where locate(?, content) > 0 order by id limit 100")
			.param(text)
			.query(Episode.class)
			.list();
	}

}
