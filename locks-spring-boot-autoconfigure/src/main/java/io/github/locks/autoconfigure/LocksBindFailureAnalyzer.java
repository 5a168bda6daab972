package io.github.locks.autoconfigure;

import java.beans.PropertyDescriptor;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.locks.LockNames;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Explains a value below {@code locks} that cannot be converted, and says what would be
 * right. Leaves choices to Spring Boot, which lists them.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class LocksBindFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("locks");

	private static final ConfigurationPropertyName RESOURCES = ConfigurationPropertyName.of("locks.resources");

	/** The end of a key that was cut in the name of its resource, and its value. */
	private static final Pattern END_OF_KEY = Pattern.compile("([^\\]]*)(\\]\\..*)", Pattern.DOTALL);

	private final Environment environment;

	LocksBindFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		ConfigurationPropertyName name = cause.getName();
		Class<?> target = ClassUtils.resolvePrimitiveIfNecessary(cause.getTarget().getType().resolve(Object.class));
		if (!(ROOT.equals(name) || ROOT.isAncestorOf(name)) || !(cause.getCause() instanceof ConversionException)
				|| target.isEnum()) {
			return null;
		}
		ConfigurationProperty property = (cause.getProperty() != null) ? cause.getProperty() : find(name);
		String value = (property != null) ? String.valueOf(property.getValue()) : "";
		String split = (property != null) ? remedyOfSplitKey(property, value) : null;
		String origin = (property != null && property.getOrigin() != null)
				? "%n    Origin: %s".formatted(property.getOrigin()) : "";
		return new FailureAnalysis(
				"Failed to bind properties under '%s':%n%n    Property: %1$s%n    Value: \"%s\"%s%n    Reason: %s"
					.formatted(name, LockNames.escape(value), origin, reason(target)),
				(split != null) ? split : remedy(name.toString(), value, target), cause);
	}

	/** Of a key that a {@code .properties} file has cut in the name of its resource. */
	private static @Nullable String remedyOfSplitKey(ConfigurationProperty property, String value) {
		Matcher end = END_OF_KEY.matcher(value);
		if (!RESOURCES.isAncestorOf(property.getName()) || !end.matches()) {
			return null;
		}
		String begin = (property.getOrigin() instanceof PropertySourceOrigin origin) ? origin.getPropertyName()
				: property.getName().toString();
		String name = begin.substring(begin.lastIndexOf('[') + 1) + ":" + end.group(1);
		return "In .properties files a colon, an equals sign or a space ends the key, in brackets too. Put a backslash"
				+ " before each of them in the name: write '"
				+ LockNames.escape(RESOURCES + "[" + name.replaceAll("[:=\\s]", "\\\\$0") + end.group(2)) + "'.";
	}

	private @Nullable ConfigurationProperty find(ConfigurationPropertyName name) {
		for (var source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty found = source.getConfigurationProperty(name);
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	private static String reason(Class<?> target) {
		if (target == Duration.class) {
			return "it is no duration";
		}
		if (target == Boolean.class) {
			return "it is neither true nor false";
		}
		return (target == Integer.class) ? "it is no whole number up to " + Integer.MAX_VALUE
				: "the property is a group of others and has no value of its own";
	}

	private static String remedy(String name, String value, Class<?> target) {
		if (target == Duration.class) {
			return "Set '" + name + "' to a duration such as 10s, 500ms or PT1H30M.";
		}
		if (target == Boolean.class) {
			return "Set '" + name + "' to true or false.";
		}
		if (target == Integer.class) {
			return "Set '" + name + "' to a whole number such as 100.";
		}
		if (target == Map.class) {
			return "Name the resource and the setting: write '" + name + "[orders].timeout=" + LockNames.escape(value)
					+ "'.";
		}
		List<String> keys = keys(target);
		return "'" + name + "' has the keys " + String.join(", ", keys) + ": write '" + name + "."
				+ keys.get(keys.size() - 1) + "=" + LockNames.escape(value) + "'.";
	}

	private static List<String> keys(Class<?> group) {
		return Arrays.stream(BeanUtils.getPropertyDescriptors(group))
			.filter((property) -> property.getReadMethod() != null
					&& !Objects.equals(property.getReadMethod().getDeclaringClass(), Object.class))
			.map(PropertyDescriptor::getName)
			.map((key) -> key.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
			.toList();
	}

}
