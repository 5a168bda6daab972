package io.github.locks.sample;

import java.nio.file.Path;

import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Where the episodes of this instance are: {@code episodes-<instance>} in the data
 * directory. H2 locks the file, so that no second process can open it. With the profile
 * {@code postgres} they are in the database of {@code spring.datasource.*}.
 */
@Component
@Profile("!postgres")
class EpisodeDatabase implements JdbcConnectionDetails {

	private final Path file;

	EpisodeDatabase(SampleProperties properties) {
		this.file = properties.dataDirectory().resolve("episodes-" + properties.instance()).resolve("episodes");
	}

	@Override
	public String getJdbcUrl() {
		// Write at commit: what was acknowledged survives a kill
		return "jdbc:h2:file:" + this.file.toAbsolutePath() + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
	}

	@Override
	public String getUsername() {
		return "sa";
	}

	@Override
	public String getPassword() {
		return "";
	}

}
