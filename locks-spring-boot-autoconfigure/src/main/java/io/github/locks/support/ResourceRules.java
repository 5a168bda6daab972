package io.github.locks.support;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

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

	private final boolean scopes;

	ResourceRules(Map<String, ResourceSettings> settings) {
		this.exact = Map.copyOf(settings);
		this.prefixes = settings.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().endsWith(ANY))
			.map((entry) -> new Prefix(entry.getKey(), entry.getValue()))
			.sorted(Comparator.comparingInt((prefix) -> -prefix.key().length()))
			.toList();
		this.scopes = settings.values().stream().anyMatch((rule) -> rule.scope() != null);
	}

	/** Whether any rule has a scope. */
	boolean haveScopes() {
		return this.scopes;
	}

	/** The value of a setting, or {@code null} if no rule has one. */
	<T> @Nullable T find(String resource, Setting<T> setting) {
		T value = exact(resource, setting);
		if (value == null && !this.prefixes.isEmpty()) {
			Prefix prefix = prefix(resource, setting);
			return (prefix != null) ? setting.of(prefix.settings()) : null;
		}
		return value;
	}

	/** The key of the rule that {@link #find} takes the value from. */
	@Nullable String keyOf(String resource, Setting<?> setting) {
		if (exact(resource, setting) != null) {
			return resource;
		}
		Prefix prefix = prefix(resource, setting);
		return (prefix != null) ? prefix.key() : null;
	}

	private <T> @Nullable T exact(String resource, Setting<T> setting) {
		ResourceSettings settings = this.exact.get(resource);
		return (settings != null) ? setting.of(settings) : null;
	}

	private @Nullable Prefix prefix(String resource, Setting<?> setting) {
		for (Prefix prefix : this.prefixes) {
			if (prefix.matches(resource) && setting.of(prefix.settings()) != null) {
				return prefix;
			}
		}
		return null;
	}

	/**
	 * One of the settings.
	 *
	 * @param <T> its type
	 */
	interface Setting<T> {

		@Nullable T of(ResourceSettings settings);

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
