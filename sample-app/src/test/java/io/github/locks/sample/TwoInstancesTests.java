package io.github.locks.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two instances share one data directory: nothing is lost, even if one of them is killed.
 *
 * @param <I> where they run
 */
@Timeout(180)
abstract class TwoInstancesTests<I extends SampleInstance> {

	private static final int INCREMENTS = 300;

	private final List<I> instances = new ArrayList<>();

	I one;

	I other;

	/**
	 * Starts an instance on the data directory. Does not wait until it serves requests.
	 */
	abstract I start(String name) throws Exception;

	@BeforeEach
	void startBoth() throws Exception {
		this.one = started("one");
		this.other = started("other");
		this.instances.forEach(SampleInstance::awaitStart);
	}

	private I started(String name) throws Exception {
		I instance = start(name);
		this.instances.add(instance);
		return instance;
	}

	@AfterEach
	void killAll() {
		this.instances.forEach(SampleInstance::close);
	}

	@Test
	void concurrentChangesOfTwoInstancesAreAllKept() {
		List<CompletableFuture<Integer>> increments = new ArrayList<>();
		List<CompletableFuture<Integer>> skills = new ArrayList<>();
		for (int i = 0; i < INCREMENTS; i++) {
			for (I instance : this.instances) {
				increments.add(instance.increment());
				if (i % 5 == 0) {
					skills.add(instance.putSkill("skill-" + skills.size()));
				}
			}
		}
		List<Integer> values = increments.stream().map(CompletableFuture::join).toList();
		assertThat(values).containsExactlyInAnyOrderElementsOf(oneTo(2 * INCREMENTS));
		assertThat(skills.stream().map(CompletableFuture::join)).hasSize(2 * INCREMENTS / 5).containsOnly(201);
		for (I instance : this.instances) {
			assertThat(instance.counter()).isEqualTo(2 * INCREMENTS);
			assertThat(instance.<List<String>>read("/skills", "$[*].id")).hasSize(skills.size());
		}
	}

	private static List<Integer> oneTo(int last) {
		return IntStream.rangeClosed(1, last).boxed().toList();
	}

	@Test
	void survivorOfKilledInstanceGoesOnAndKeepsWhatWasAcknowledged() throws Exception {
		Queue<Integer> acknowledged = new ConcurrentLinkedQueue<>();
		List<CompletableFuture<Void>> doomed = clients(this.one, acknowledged);
		List<CompletableFuture<Void>> surviving = clients(this.other, acknowledged);
		await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged.size() > 100);

		this.one.close();
		long killed = System.nanoTime();
		acknowledged.add(this.other.increment().join());
		assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(1));
		doomed.forEach((client) -> assertThat(client).failsWithin(Duration.ofSeconds(30)));
		assertThat(surviving).noneMatch(CompletableFuture::isDone);

		int before = this.other.counter();
		await().atMost(Duration.ofSeconds(60))
			.until(() -> acknowledged.stream().anyMatch((value) -> value > before + 50));
		this.other.close();
		surviving.forEach((client) -> assertThat(client).failsWithin(Duration.ofSeconds(30)));

		assertThat(acknowledged).doesNotHaveDuplicates();
		I third = started("third");
		third.awaitStart();
		int counter = third.counter();
		// At most one increment of each client was made but not acknowledged
		assertThat(counter).isBetween(acknowledged.size(), acknowledged.size() + doomed.size() + surviving.size());
	}

	private List<CompletableFuture<Void>> clients(I instance, Queue<Integer> acknowledged) {
		return IntStream.range(0, 8).mapToObj((i) -> incrementUntilKilled(instance, acknowledged)).toList();
	}

	private CompletableFuture<Void> incrementUntilKilled(I instance, Queue<Integer> acknowledged) {
		return instance.increment().thenCompose((value) -> {
			acknowledged.add(value);
			return incrementUntilKilled(instance, acknowledged);
		});
	}

}
