package io.github.locks.sample;

import io.github.locks.annotation.DistributedLock;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Service;

/**
 * A number that all instances count up, in {@code counter.json}.
 */
@Service
public class SharedCounter {

	private final JsonFile<Count> file;

	SharedCounter(SampleProperties properties, JsonMapper mapper) {
		this.file = new JsonFile<>(properties.dataDirectory().resolve("counter.json"), mapper, new TypeReference<>() {
		}, () -> new Count(0));
	}

	/**
	 * Adds one: reads the file, counts and writes it, one process and thread at a time.
	 * @return the new value
	 */
	@DistributedLock("counter:file")
	public long increment() {
		long value = Math.incrementExact(get());
		this.file.write(new Count(value));
		return value;
	}

	public long get() {
		return this.file.read().value();
	}

	/**
	 * What the file contains.
	 */
	record Count(long value) {
	}

}
