package io.github.locks.sample;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;

/**
 * Two instances as processes of this machine.
 */
class TwoProcessesTests extends TwoInstancesTests<SampleProcess> {

	@TempDir
	Path directory;

	@Override
	SampleProcess start(String name) throws IOException {
		return SampleProcess.start(this.directory.resolve("memory"), this.directory.resolve(name + ".log"));
	}

}
