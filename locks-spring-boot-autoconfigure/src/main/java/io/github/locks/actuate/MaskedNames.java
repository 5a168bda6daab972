package io.github.locks.actuate;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.Deadlock;
import io.github.locks.Deadlock.Participant;
import io.github.locks.LockAdvice;
import io.github.locks.LockQuery;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import org.jspecify.annotations.Nullable;

/**
 * Names of resources that must not be told: of each, what is before its first colon, and
 * a number for the rest. The number is different in each process, so that nobody can try
 * names out; it stands for the name in requests too, as long as it is one of the last
 * that were shown. Safe for use by several threads.
 */
final class MaskedNames {

	private static final int REMEMBERED = 10_000;

	private static final int DIGITS = 10;

	private static final char MARK = '~';

	private final byte[] salt = new byte[16];

	@GuardedBy("this")
	private final Map<String, String> names = new LinkedHashMap<>(16, 0.75f, true);

	MaskedNames() {
		new SecureRandom().nextBytes(this.salt);
	}

	/** What is shown for a name. */
	String show(String name) {
		String shown = visible(name) + MARK + number(name);
		synchronized (this) {
			this.names.put(shown, name);
			if (this.names.size() > REMEMBERED) {
				this.names.remove(this.names.keySet().iterator().next());
			}
		}
		return shown;
	}

	/** The name that something was shown for, or {@code null} if there is none. */
	synchronized @Nullable String find(String shown) {
		return this.names.get(shown);
	}

	/** Only what is shown can be searched. */
	LockQuery search(LockQuery query, String text) {
		return query.withNames(new Visible(query.withNamesLike(text).names(), find(text)));
	}

	LocksDescriptor show(LocksDescriptor document) {
		List<LockAdvice> advice = document.advice();
		return new LocksDescriptor(
				document.statistics()
					.stream()
					.map((resource) -> new ResourceStatistics(show(resource.resourceName()), resource.locks(),
							resource.recentOperations()))
					.toList(),
				document.status()
					.stream()
					.map((resource) -> new ResourceStatus(show(resource.resourceName()), resource.locks()))
					.toList(),
				document.deadlocks().stream().map(this::show).toList(), document.resourcesLeftOut(),
				(advice != null) ? advice.stream().map(this::show).toList() : null);
	}

	private Deadlock show(Deadlock deadlock) {
		List<Participant> participants = new ArrayList<>();
		for (Participant one : deadlock.participants()) {
			participants.add(new Participant(one.owner(), one.holds().stream().map(this::show).toList(),
					show(one.waitsFor()), one.waitedMs(), one.method(), one.process()));
		}
		return new Deadlock(deadlock.kind(), deadlock.detectedAt(), participants);
	}

	/** The setting may have the name in it. */
	private LockAdvice show(LockAdvice advice) {
		return new LockAdvice(show(advice.resourceName()), advice.lock(), advice.kind(), advice.timeoutMs(),
				advice.holdTimeMs(), null, advice.message());
	}

	private static String visible(String name) {
		return name.substring(0, name.indexOf(':') + 1);
	}

	private String number(String name) {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			digest.update(this.salt);
			byte[] hash = digest.digest(name.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(hash, 0, DIGITS / 2);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java has SHA-256", ex);
		}
	}

	/**
	 * Names that are found by what is shown of them.
	 *
	 * @param like what the visible part must be like
	 * @param found a name that was shown as the text, if there is one
	 */
	private record Visible(Predicate<? super String> like, @Nullable String found) implements Predicate<String> {

		@Override
		public boolean test(String name) {
			return name.equals(this.found) || this.like.test(visible(name));
		}

	}

}
