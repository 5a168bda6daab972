package io.github.locks.sample;

import java.util.Optional;

import io.github.locks.annotation.DistributedLock;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Service;

/**
 * The digest that all instances share, in {@code digest.json}. Keeps the fencing token
 * beside the data, and so refuses a writer that was late.
 */
@Service
public class DigestFile {

	private final JsonFile<Digest> file;

	DigestFile(SampleProperties properties, JsonMapper mapper) {
		this.file = new JsonFile<>(properties.dataDirectory().resolve("digest.json"), mapper, new TypeReference<>() {
		}, () -> Digest.NONE);
	}

	public Optional<Digest> find() {
		return Optional.of(this.file.read()).filter((digest) -> digest.token() > 0);
	}

	/**
	 * Replaces the digest, unless a later writer has done so already. To compare and to
	 * replace is one step, under a lock of the file; who calls may have lost its own.
	 * @param digest the new digest
	 * @return {@code false} if it was refused
	 */
	@DistributedLock("digest:file")
	public boolean save(Digest digest) {
		if (digest.token() < this.file.read().token()) {
			return false;
		}
		this.file.write(digest);
		return true;
	}

}
