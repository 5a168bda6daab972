package io.github.locks.sample;

import java.time.Instant;
import java.util.List;

import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.FencingToken;
import io.github.locks.annotation.OnLost;

import org.springframework.stereotype.Service;

/**
 * Writes the digest: one instance at a time, and for thirty seconds at most. Whoever
 * takes longer (hangs, or its process was suspended) loses the lock, so that others can
 * go on. It is interrupted then; should it write nevertheless, {@link DigestFile} refuses
 * its token.
 */
@Service
public class DigestWriter {

	private final SampleProperties properties;

	private final SkillLibrary skills;

	private final SharedCounter counter;

	private final DigestFile file;

	DigestWriter(SampleProperties properties, SkillLibrary skills, SharedCounter counter, DigestFile file) {
		this.properties = properties;
		this.skills = skills;
		this.counter = counter;
		this.file = file;
	}

	/**
	 * Writes a new digest.
	 * @param token given by the lock, whatever the caller passes
	 * @return the digest
	 */
	@DistributedLock(value = "digest:work", lease = "30s", onLost = OnLost.INTERRUPT)
	public Digest write(@FencingToken long token) {
		List<String> names = this.skills.all().stream().map(Skill::name).toList();
		Digest digest = new Digest(token, this.properties.instance(), Instant.now(), names, this.counter.get());
		if (!this.file.save(digest)) {
			throw new IllegalStateException("Too late: a later writer than " + token + " has written its digest");
		}
		return digest;
	}

}
