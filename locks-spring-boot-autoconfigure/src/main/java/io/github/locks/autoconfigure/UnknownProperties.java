package io.github.locks.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.locks.LockNames;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Finds keys under our prefix that no property has, and warns of them: a typing error in
 * a key has no effect otherwise. What is known is what the binder asks for. Environment
 * variables are left alone, as others may use the prefix there.
 */
final class UnknownProperties {

	private static final Log logger = LogFactory.getLog(UnknownProperties.class);

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("locks");

	private static final ConfigurationPropertyName RESOURCES = ConfigurationPropertyName.of("locks.resources");

	/** Of {@code @AutoConfigureLocks}. */
	private static final ConfigurationPropertyName TEST_PREFIX = ConfigurationPropertyName.of("locks.test");

	private static final int NAMED = 20;

	private final Environment environment;

	UnknownProperties(Environment environment) {
		this.environment = environment;
	}

	/** Logs one warning if there are any; never fails. */
	void warn() {
		try {
			Names known = new Names();
			known.record(Binder.get(this.environment));
			Map<ConfigurationPropertyName, String> unknown = find(known);
			if (!unknown.isEmpty()) {
				known.record(new Binder((ConfigurationPropertySource) (name) -> null));
				logger.warn(message(unknown, known));
			}
		}
		catch (RuntimeException ex) {
			logger.debug("Unknown properties cannot be looked for", ex);
		}
	}

	/** The unknown keys, and where they come from. */
	private Map<ConfigurationPropertyName, String> find(Names known) {
		Map<ConfigurationPropertyName, String> unknown = new LinkedHashMap<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			if (source instanceof IterableConfigurationPropertySource names
					&& !(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource)) {
				names.stream()
					.filter((name) -> isOurs(name) && !known.contains(name) && !ResourceKeys.isSplit(name))
					.forEach((name) -> unknown.putIfAbsent(name, origin(source.getConfigurationProperty(name))));
			}
		}
		return unknown;
	}

	private static boolean isOurs(ConfigurationPropertyName name) {
		return PREFIX.isAncestorOf(name) && !TEST_PREFIX.equals(name) && !TEST_PREFIX.isAncestorOf(name);
	}

	private static String origin(@Nullable ConfigurationProperty property) {
		return (property != null && property.getOrigin() != null)
				? " (" + LockNames.escape(property.getOrigin().toString()) + ")" : "";
	}

	private static String message(Map<ConfigurationPropertyName, String> unknown, Names known) {
		List<String> named = new ArrayList<>();
		unknown.forEach((name, origin) -> {
			if (named.size() < NAMED) {
				named.add(LockNames.quote(name.toString()) + origin + known.nearest(name));
			}
		});
		int more = unknown.size() - named.size();
		return "Unknown properties have no effect on locks: " + String.join("; ", named)
				+ ((more > 0) ? "; and " + more + " more" : "");
	}

	/** How many characters must be changed, added or removed. */
	private static int distance(String a, String b) {
		int[] previous = new int[b.length() + 1];
		for (int j = 0; j <= b.length(); j++) {
			previous[j] = j;
		}
		for (int i = 1; i <= a.length(); i++) {
			int[] current = new int[b.length() + 1];
			current[0] = i;
			for (int j = 1; j <= b.length(); j++) {
				int replaced = previous[j - 1] + ((a.charAt(i - 1) != b.charAt(j - 1)) ? 1 : 0);
				current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
			}
			previous = current;
		}
		return previous[b.length()];
	}

	/**
	 * The names that the binder asks for.
	 */
	private static final class Names implements BindHandler {

		private static final int LONGEST = 200;

		private final Set<ConfigurationPropertyName> names = new LinkedHashSet<>();

		void record(Binder binder) {
			binder.bind(PREFIX, Bindable.of(LocksProperties.class), this);
		}

		@Override
		public <T> Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
			this.names.add(name);
			return target;
		}

		@Override
		public @Nullable Object onFailure(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
				Exception error) {
			return null;
		}

		boolean contains(ConfigurationPropertyName name) {
			return this.names.contains(name);
		}

		/** What may have been meant, as a question, or nothing. */
		String nearest(ConfigurationPropertyName unknown) {
			if (unknown.toString().length() > LONGEST) {
				return "";
			}
			int best = Integer.MAX_VALUE;
			List<String> nearest = new ArrayList<>();
			for (ConfigurationPropertyName name : this.names) {
				if (isNear(unknown, name) && !isGroup(name)) {
					int differences = differences(unknown.toString(), name.toString());
					if (differences < best) {
						nearest.clear();
						best = differences;
					}
					if (differences == best) {
						nearest.add(LockNames.quote(name.toString()));
					}
				}
			}
			return nearest.isEmpty() ? "" : ", did you mean " + String.join(" or ", nearest) + "?";
		}

		/**
		 * Whether all elements are alike, or all words, or the last elements are nearly
		 * the same. What is said of one resource is not proposed to others.
		 */
		private static boolean isNear(ConfigurationPropertyName unknown, ConfigurationPropertyName name) {
			if (RESOURCES.isAncestorOf(name) && !RESOURCES.isAncestorOf(unknown)) {
				return false;
			}
			int elements = unknown.getNumberOfElements();
			boolean alike = elements == name.getNumberOfElements();
			for (int i = 0; alike && i < elements; i++) {
				alike = isAlike(unknown.getElement(i, Form.ORIGINAL), name.getElement(i, Form.ORIGINAL), 3, 2);
			}
			return alike || distance(words(unknown.toString()), words(name.toString())) <= 2
					|| isAlike(unknown.getLastElement(Form.ORIGINAL), name.getLastElement(Form.ORIGINAL), 6, 0);
		}

		/** Whether one is the other with some errors, or with more words. */
		private static boolean isAlike(String one, String other, int charactersOfAnError, int errors) {
			return distance(one, other) <= Math.max(errors, one.length() / charactersOfAnError)
					|| ("-" + one + "-").contains("-" + other + "-") || ("-" + other + "-").contains("-" + one + "-");
		}

		private boolean isGroup(ConfigurationPropertyName name) {
			return this.names.stream().anyMatch(name::isAncestorOf);
		}

		/** The order of the words does not matter. */
		private static int differences(String one, String other) {
			return Math.min(distance(one, other), distance(words(one), words(other)));
		}

		private static String words(String name) {
			return Stream.of(name.split("[.-]")).sorted().collect(Collectors.joining("."));
		}

	}

}
