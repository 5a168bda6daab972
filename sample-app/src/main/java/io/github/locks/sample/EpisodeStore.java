package io.github.locks.sample;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;

import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.stereotype.Service;

/**
 * The episodes of this instance, in a database of its own. The database belongs to one
 * process, so a read/write lock inside the process is enough: many read at once, one
 * writes. The lock of the class is for all its public methods but those with their own.
 */
@Service
@ReadLock("episodes")
public class EpisodeStore {

	private final JdbcClient jdbc;

	private final AsyncTaskExecutor executor;

	EpisodeStore(JdbcClient jdbc, AsyncTaskExecutor applicationTaskExecutor) {
		this.jdbc = jdbc;
		this.executor = applicationTaskExecutor;
	}

	@WriteLock("episodes")
	public Episode add(String agent, String content) {
		GeneratedKeyHolder keys = new GeneratedKeyHolder();
		this.jdbc.sql("insert into episode (agent, content) values (?, ?)").params(agent, content).update(keys, "id");
		return new Episode(keys.getKeyAs(Long.class), agent, content);
	}

	/**
	 * Gives all episodes of an agent to another.
	 * @param from name of the agent
	 * @param to name of the other agent
	 * @return how many there were
	 */
	@WriteLock("episodes")
	public int handOver(String from, String to) {
		return this.jdbc.sql("update episode set agent = ? where agent = ?").params(to, from).update();
	}

	/**
	 * Removes all episodes of an agent.
	 * @param agent name of the agent
	 * @return how many there were
	 */
	@WriteLock("episodes")
	public int forget(String agent) {
		return this.jdbc.sql("delete from episode where agent = ?").param(agent).update();
	}

	public Optional<Episode> find(long id) {
		return this.jdbc.sql("select id, agent, content from episode where id = ?")
			.param(id)
			.query(Episode.class)
			.optional();
	}

	public List<Episode> byAgent(String agent) {
		return this.jdbc.sql("select id, agent, content from episode where agent = ? order by id")
			.param(agent)
			.query(Episode.class)
			.list();
	}

	/**
	 * Counts the episodes in the background. The lock is held until the future completes,
	 * not only until this method returns.
	 * @return the number of episodes
	 */
	public CompletableFuture<Long> countAsync() {
		return this.executor
			.submitCompletable(() -> this.jdbc.sql("select count(*) from episode").query(Long.class).single());
	}

}
