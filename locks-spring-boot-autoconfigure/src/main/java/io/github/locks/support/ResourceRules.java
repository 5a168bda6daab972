package io.github.locks.support;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Which settings apply to which resource: those of its exact name first, then those of
 * the longest prefix. Each setting is looked up separately.
 */
final class ResourceRules {

	/** What a key ends in that stands for all names with that prefix. */
	private static final String ANY = "*";

	private final Map<String, ResourceSettings> exact;

	/** Longest first. */
	private final List<Prefix> prefixes;

	ResourceRules(Map<String, ResourceSettings> settings) {
		this.exact = Map.copyOf(settings);
		this.prefixes = settings.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().endsWith(ANY))
			.map((entry) -> new Prefix(entry.getKey(), entry.getValue()))
			.sorted(Comparator.comparingInt((prefix) -> -prefix.key().length()))
			.toList();
	}

	/** The value of a setting, or {@code null} if no rule has one. */
	@Nullable Duration find(String resource, Function<ResourceSettings, @Nullable Duration> setting) {
		Duration value = exact(resource, setting);
		if (value == null && !this.prefixes.isEmpty()) {
			Prefix prefix = prefix(resource, setting);
			return (prefix != null) ? setting.apply(prefix.settings()) : null;
		}
		return value;
	}

	/** The key of the rule that {@link #find} takes the value from. */
	@Nullable String keyOf(String resource, Function<ResourceSettings, @Nullable Duration> setting) {
		if (exact(resource, setting) != null) {
			return resource;
		}
		Prefix prefix = prefix(resource, setting);
		return (prefix != null) ? prefix.key() : null;
	}

	private @Nullable Duration exact(String resource, Function<ResourceSettings, @Nullable Duration> setting) {
		ResourceSettings settings = this.exact.get(resource);
		return (settings != null) ? setting.apply(settings) : null;
	}

	private @Nullable Prefix prefix(String resource, Function<ResourceSettings, @Nullable Duration> setting) {
		for (Prefix prefix : this.prefixes) {
			if (prefix.matches(resource) && setting.apply(prefix.settings()) != null) {
				return prefix;
			}
		}
		return null;
	}

	/**
	 * A rule for all names with a prefix.
	 *
	 * @param key the prefix and what marks it as one
	 * @param settings what applies
	 */
	private record Prefix(String key, ResourceSettings settings) {

		boolean matches(String resource) {
			int length = this.key.length() - ANY.length();
			return resource.regionMatches(0, this.key, 0, length);
		}

	}

}
