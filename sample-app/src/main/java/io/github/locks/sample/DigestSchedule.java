package io.github.locks.sample;

import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.OnFailure;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Writes the digest by the clock. The clocks of all instances strike at about the same
 * time: the first one does the job, the others skip it. As their clocks differ a bit, the
 * lock stays taken for five seconds, however fast the job was.
 */
@Component
public class DigestSchedule {

	private final DigestWriter writer;

	DigestSchedule(DigestWriter writer) {
		this.writer = writer;
	}

	@Scheduled(cron = "${sample.digest-cron:-}")
	@DistributedLock(value = "digest:schedule", timeout = "0", onFailure = OnFailure.SKIP, minimumHold = "5s")
	public void run() {
		this.writer.write(0);
	}

}
