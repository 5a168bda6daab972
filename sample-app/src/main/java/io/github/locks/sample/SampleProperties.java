package io.github.locks.sample;

import java.nio.file.Path;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the sample.
 *
 * @param dataDirectory folder that all instances share
 * @param instance name of this instance, the port by default; {@code 0} (a random port)
 * stands for the process id. No two running instances may have the same name.
 * @param agents how many agents work on the memory after the start
 * @param operations how many operations these agents do together
 */
@ConfigurationProperties("sample")
@Validated
record SampleProperties(@DefaultValue("memory") Path dataDirectory,
		@DefaultValue("0") @Pattern(regexp = "[\\w.-]{1,100}") String instance, @DefaultValue("0") @Min(0) int agents,
		@DefaultValue("2000") @Min(0) int operations) {

	SampleProperties {
		instance = "0".equals(instance) ? "pid-" + ProcessHandle.current().pid() : instance;
	}

}
