package io.github.locks.autoconfigure;

import java.beans.IntrospectionException;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;

import io.github.locks.aop.LockAdvisor;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.BeanWrapper;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.boot.convert.ApplicationConversionService;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the metadata that development tools show for {@link LocksProperties}.
 */
class LocksPropertiesMetadataTests {

	private final List<JsonNode> properties = properties();

	@Test
	void everyPropertyOfTheContractIsThere() {
		assertThat(this.properties).extracting((property) -> property.get("name").asString())
			.containsExactlyInAnyOrder("locks.enabled", "locks.directory", "locks.timeout.read", "locks.timeout.write",
					"locks.timeout.distributed", "locks.resources", "locks.scope", "locks.distributed.backend",
					"locks.distributed.lease", "locks.redis.key-prefix", "locks.jdbc.initialize-schema",
					"locks.jdbc.table-prefix", "locks.endpoint.mask", "locks.distributed.local-handovers",
					"locks.distributed.local-handover-time", "locks.deadlock.check-interval",
					"locks.deadlock.threshold", "locks.deadlock.policy", "locks.statistics.enabled",
					"locks.statistics.history-size", "locks.statistics.max-resources", "locks.statistics.timing",
					"locks.fairness", "locks.metrics.enabled", "locks.idle-eviction", "locks.release-after-transaction",
					"locks.shutdown-timeout", "locks.validation");
	}

	@Test
	void everyPropertyHasATypeAndADescription() {
		assertThat(this.properties).allSatisfy((property) -> {
			assertThat(property.path("type").asString("")).as(property.toString()).isNotBlank();
			assertThat(property.path("description").asString("")).as(property.toString())
				.endsWith(".")
				.doesNotContain("{@")
				.doesNotStartWith("The ");
		});
	}

	@Test
	void everyDefaultIsThatOfTheCode() {
		BeanWrapper defaults = new BeanWrapperImpl(new LocksProperties());
		assertThat(this.properties).filteredOn((property) -> !property.get("name").asString().equals("locks.resources"))
			.allSatisfy((property) -> {
				String path = toCamelCase(property.get("name").asString().substring("locks.".length()));
				assertThat(property.has("defaultValue")).as(path).isTrue();
				Object documented = ApplicationConversionService.getSharedInstance()
					.convert(property.get("defaultValue").asString(), defaults.getPropertyType(path));
				assertThat(documented).as(path).isEqualTo(defaults.getPropertyValue(path));
			});
	}

	@Test
	void settingsOfAResourceAreThoseOfTheContract() throws IntrospectionException {
		assertThat(Introspector.getBeanInfo(LocksProperties.Resource.class, Object.class).getPropertyDescriptors())
			.extracting(PropertyDescriptor::getName)
			.containsExactlyInAnyOrder("timeout", "lease", "minimumHold", "scope");
	}

	@Test
	void hintsAreMerged() {
		assertThat(metadata().get("hints")).extracting((hint) -> hint.get("name").asString())
			.contains("locks.validation", "locks.resources.keys", "locks.deadlock.policy", "locks.distributed.backend");
	}

	@Test
	void hintsKnowAllChoices() {
		for (JsonNode hint : metadata().get("hints")) {
			if (hint.get("name").asString().equals("locks.validation")) {
				assertThat(hint.get("values")).extracting((value) -> value.get("value").asString())
					.containsExactlyInAnyOrderElementsOf(Arrays.stream(LockAdvisor.Validation.values())
						.map((choice) -> choice.name().toLowerCase(Locale.ROOT))
						.toList());
			}
		}
	}

	@Test
	void switchOfTheHealthContributorIsThere() {
		assertThat(metadata().get("properties")).extracting((property) -> property.get("name").asString())
			.contains("management.health.locks.enabled");
	}

	private static String toCamelCase(String dashed) {
		StringBuilder result = new StringBuilder();
		for (int i = 0; i < dashed.length(); i++) {
			char c = dashed.charAt(i);
			result.append((c != '-') ? c : Character.toUpperCase(dashed.charAt(++i)));
		}
		return result.toString();
	}

	private static List<JsonNode> properties() {
		return StreamSupport.stream(metadata().get("properties").spliterator(), false)
			.filter((property) -> property.get("name").asString().startsWith("locks."))
			.toList();
	}

	private static JsonNode metadata() {
		URI classes = URI.create(LocksProperties.class.getProtectionDomain().getCodeSource().getLocation().toString());
		URI file = classes.resolve("META-INF/spring-configuration-metadata.json");
		try (InputStream json = file.toURL().openStream()) {
			return JsonMapper.shared().readTree(json);
		}
		catch (IOException ex) {
			throw new IllegalStateException("No metadata at " + file, ex);
		}
	}

}
