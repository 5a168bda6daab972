package io.github.locks.autoconfigure;

import java.util.LinkedHashSet;
import java.util.Set;

import io.github.locks.LockNames;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Finds keys of resources whose name lacks its brackets, and warns of them: of such a
 * name the binder drops special characters, so that the rule is for another resource, and
 * at a dot it takes the name for two.
 */
final class ResourceKeys {

	private static final Log logger = LogFactory.getLog(ResourceKeys.class);

	private static final String PREFIX = "locks.resources.";

	private static final ConfigurationPropertyName RESOURCES = ConfigurationPropertyName.of("locks.resources");

	/** The prefix, the name and the setting. */
	private static final int ELEMENTS = RESOURCES.getNumberOfElements() + 2;

	private static final int NAMED = 20;

	private final Environment environment;

	ResourceKeys(Environment environment) {
		this.environment = environment;
	}

	/** Logs one warning if there are any; never fails. */
	void warn() {
		try {
			Set<String> wrong = find();
			if (!wrong.isEmpty()) {
				logger.warn("Names of resources need brackets if they have special characters: "
						+ String.join("; ", wrong.stream().limit(NAMED).toList())
						+ ((wrong.size() > NAMED) ? "; and " + (wrong.size() - NAMED) + " more" : ""));
			}
		}
		catch (RuntimeException ex) {
			logger.debug("The keys of resources cannot be looked at", ex);
		}
	}

	/** Whether a key has more elements than one of a resource can have. */
	static boolean isSplit(ConfigurationPropertyName name) {
		return RESOURCES.isAncestorOf(name) && name.getNumberOfElements() > ELEMENTS
				&& name.toString().indexOf('[') < 0;
	}

	private Set<String> find() {
		Set<String> wrong = new LinkedHashSet<>();
		if (this.environment instanceof ConfigurableEnvironment configurable) {
			for (PropertySource<?> source : configurable.getPropertySources()) {
				if (source instanceof EnumerablePropertySource<?> names
						&& !(source instanceof SystemEnvironmentPropertySource)) {
					for (String key : names.getPropertyNames()) {
						String problem = problem(key);
						if (problem != null) {
							wrong.add(problem);
						}
					}
				}
			}
		}
		return wrong;
	}

	private static @Nullable String problem(String key) {
		int dot = key.lastIndexOf('.');
		if (!key.startsWith(PREFIX) || key.indexOf('[') >= 0 || dot < PREFIX.length()) {
			return null;
		}
		String resource = key.substring(PREFIX.length(), dot);
		ConfigurationPropertyName name = ConfigurationPropertyName.adapt(key, '.');
		String meant = ", write " + LockNames.quote("locks.resources[" + resource + "]" + key.substring(dot));
		if (isSplit(name)) {
			return LockNames.quote(key) + " has no effect" + meant;
		}
		if (name.getNumberOfElements() != ELEMENTS) {
			return null;
		}
		String read = name.getElement(ELEMENTS - 2, Form.ORIGINAL);
		return read.equals(resource) ? null
				: LockNames.quote(key) + " is for the resource " + LockNames.quote(read) + meant;
	}

}
