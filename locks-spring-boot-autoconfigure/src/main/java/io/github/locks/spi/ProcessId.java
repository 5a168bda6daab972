package io.github.locks.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import io.github.locks.LockNames;

/**
 * How this process is named in the status: process id and host, as {@code 4711@host}.
 */
public final class ProcessId {

	private static final String CURRENT = ProcessHandle.current().pid() + "@" + host();

	private ProcessId() {
	}

	/**
	 * Returns the name of this process.
	 * @return process id and host
	 */
	public static String current() {
		return CURRENT;
	}

	/** Without the name service, which may take seconds to answer. */
	private static String host() {
		try {
			String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
			return LockNames.escape(host);
		}
		catch (IOException | SecurityException ex) {
			Map<String, String> environment = System.getenv();
			return LockNames
				.escape(environment.getOrDefault("COMPUTERNAME", environment.getOrDefault("HOSTNAME", "localhost")));
		}
	}

}
