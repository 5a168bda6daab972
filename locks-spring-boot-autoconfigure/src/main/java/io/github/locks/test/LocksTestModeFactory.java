package io.github.locks.test;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Gives a test context the mode of the {@link AutoConfigureLocks @AutoConfigureLocks}
 * that is nearest to the test class: its own, else that of a superclass or of the class
 * it is nested in. Contexts of the same mode are shared.
 */
final class LocksTestModeFactory implements ContextCustomizerFactory {

	@Override
	public @Nullable ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> configAttributes) {
		AutoConfigureLocks nearest = TestContextAnnotationUtils.findMergedAnnotation(testClass,
				AutoConfigureLocks.class);
		return (nearest != null) ? new ModeCustomizer(nearest.mode()) : null;
	}

	/**
	 * Sets the mode.
	 *
	 * @param mode the mode
	 */
	private record ModeCustomizer(AutoConfigureLocks.Mode mode) implements ContextCustomizer {

		@Override
		public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration mergedConfig) {
			context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("@AutoConfigureLocks",
						Map.of(LocksTestAutoConfiguration.MODE, this.mode.name())));
		}

	}

}
