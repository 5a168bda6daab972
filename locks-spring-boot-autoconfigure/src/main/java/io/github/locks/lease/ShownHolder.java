package io.github.locks.lease;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import io.github.locks.LockHolder;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.ProcessId;

/**
 * What people are shown of who holds a lock or waits for it, as one line.
 */
final class ShownHolder {

	private static final int FIELDS = 4;

	private ShownHolder() {
	}

	static String write(LeaseRequest request) {
		String method = request.method();
		return request.time().toEpochMilli() + " " + encode(request.owner()) + " "
				+ encode((method != null) ? method : "") + " " + encode(ProcessId.current());
	}

	/** Returns nothing if it was written by somebody else. */
	static Optional<LockHolder> read(String line) {
		String[] fields = line.split(" ", -1);
		if (fields.length != FIELDS) {
			return Optional.empty();
		}
		try {
			Instant since = Instant.ofEpochMilli(Long.parseLong(fields[0]));
			double heldMs = Math.max(0, Duration.between(since, Instant.now()).toMillis());
			String method = decode(fields[2]);
			return Optional.of(new LockHolder(decode(fields[1]), method.isEmpty() ? null : method, since, heldMs,
					decode(fields[3])));
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	private static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private static String decode(String text) {
		return URLDecoder.decode(text, StandardCharsets.UTF_8);
	}

}
