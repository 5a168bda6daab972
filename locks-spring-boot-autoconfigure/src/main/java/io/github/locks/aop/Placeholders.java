package io.github.locks.aop;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;

/**
 * Replaces <code>${property}</code> in attributes of annotations. A property that does
 * not exist is an error, whatever the application says about placeholders elsewhere.
 */
final class Placeholders {

	private static final String PREFIX = "${";

	private final ConfigurableBeanFactory beanFactory;

	Placeholders(ConfigurableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * Replaces the placeholders of a text. A text without any is returned as it is.
	 * @param text the text
	 * @return the text to use
	 * @throws IllegalArgumentException if a property does not exist
	 */
	String resolve(String text) {
		if (!text.contains(PREFIX)) {
			return text;
		}
		@Nullable String resolved = this.beanFactory.resolveEmbeddedValue(text);
		if (resolved == null) {
			return "";
		}
		if (resolved.contains(PREFIX)) {
			throw new IllegalArgumentException("Could not resolve placeholder in value \"" + resolved + "\"");
		}
		return resolved;
	}

}
