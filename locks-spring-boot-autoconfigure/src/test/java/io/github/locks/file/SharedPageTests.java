package io.github.locks.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link SharedPage}.
 */
class SharedPageTests {

	@TempDir
	private Path temp;

	@Test
	void whoeverWaitsNoMoreDoesNotSpeakForOthers() throws IOException {
		try (FileChannel channel = open()) {
			SharedPage page = SharedPage.map(channel);
			page.waitedAt(-7, 1, 1_000);
			page.waitedAt(-7, -2, 1_001);
			page.endWait(-7, -2, 1_001);
			assertThat(page.isWaitedFor(-7, 1_005, 10)).isTrue();
			page.endWait(-7, 1, 999);
			assertThat(page.isWaitedFor(-7, 1_005, 10)).as("said again since").isTrue();
			assertThat(page.isWaitedFor(-7, 2_000, 10)).as("long ago").isFalse();
			page.endWait(-7, 1, 1_000);
			assertThat(page.isWaitedFor(-7, 1_005, 10)).isFalse();
		}
	}

	@Test
	void whatIsThereStaysWhenTheFileIsMadeLonger() throws IOException {
		try (FileChannel channel = open()) {
			SharedPage page = SharedPage.map(channel);
			page.token(0, 42);
			page.countRemoval();
			page.mark(SharedPage.MARKS - 1, 0, 43);
			page.waitedAt(SharedPage.WAITS - 1, 3, 44);
			channel.truncate(24);
			SharedPage.extend(channel);
			assertThat(channel.size()).isEqualTo(SharedPage.SIZE);
			assertThat(page.token()).isEqualTo(42);
			assertThat(page.removals()).isOne();
			assertThat(page.mark(SharedPage.MARKS - 1)).isZero();
			assertThat(page.isWaitedFor(SharedPage.WAITS - 1, 44, 1)).isFalse();
		}
	}

	private FileChannel open() throws IOException {
		FileChannel channel = FileChannel.open(this.temp.resolve("page"), StandardOpenOption.CREATE,
				StandardOpenOption.READ, StandardOpenOption.WRITE);
		SharedPage.extend(channel);
		return channel;
	}

}
