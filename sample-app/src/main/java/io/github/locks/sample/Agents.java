package io.github.locks.sample;

import java.util.List;
import java.util.Optional;

import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What concerns an agent as a whole, and takes more than one step. So there is a lock for
 * each agent: {@code agents:a1}. It is always taken before that of the episodes.
 */
@Service
public class Agents {

	private final EpisodeStore episodes;

	Agents(EpisodeStore episodes) {
		this.episodes = episodes;
	}

	/**
	 * Sums up an agent. Any number of callers may do so, but not while it retires.
	 * @param agent name of the agent
	 * @return what is known, empty for an agent without episodes
	 */
	@ReadLock("agents:#{#agent}")
	public Optional<Profile> profile(String agent) {
		List<Episode> known = this.episodes.byAgent(agent);
		return known.isEmpty() ? Optional.empty()
				: Optional.of(new Profile(agent, known.size(), known.get(known.size() - 1)));
	}

	/**
	 * Takes an agent out of service. Its episodes go to the heir, or are forgotten.
	 * <p>
	 * Both agents are locked, in the same order for all callers: two agents that make
	 * each other their heirs do not wait for each other, the second one inherits all. The
	 * store locks the episodes until the transaction has ended, so nobody sees a half of
	 * it.
	 * @param agent name of the agent
	 * @param heir name of another agent, or {@code null} if there is none
	 * @return how many episodes the agent had
	 */
	@WriteLock("agents:#{#agent}")
	@WriteLock(value = "agents:#{#heir}", condition = "#heir != null")
	@Transactional
	public int retire(String agent, @Nullable String heir) {
		if (heir == null) {
			return this.episodes.forget(agent);
		}
		int inherited = this.episodes.handOver(agent, heir);
		if (inherited > 0) {
			this.episodes.add(heir, "took over " + inherited + " episodes of " + agent);
		}
		return inherited;
	}

	/**
	 * An agent, summed up.
	 *
	 * @param agent name of the agent
	 * @param episodes how many episodes it has
	 * @param latest the last of them
	 */
	public record Profile(String agent, int episodes, Episode latest) {
	}

}
