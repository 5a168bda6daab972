package io.github.locks.sample;

import java.time.Instant;
import java.util.List;

/**
 * What the group knows, in short.
 *
 * @param token the fencing token of who wrote it: the greater, the later
 * @param instance name of the instance that wrote it
 * @param writtenAt when that was
 * @param skills names of all skills
 * @param counter value of the counter
 */
public record Digest(long token, String instance, Instant writtenAt, List<String> skills, long counter) {

	/** What is in the file before the first one is written. */
	static final Digest NONE = new Digest(0, "", Instant.EPOCH, List.of(), 0);

	public Digest {
		skills = List.copyOf(skills);
	}

}
