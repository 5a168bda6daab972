package io.github.locks.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.locks.LockManager;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

/**
 * Lets {@code sample.agents} agents work on the memory at the same time, then tells how
 * fast they were, how long they waited, and whether anything was lost. The application
 * serves requests meanwhile and afterwards.
 */
@Component
class AgentGroup implements ApplicationRunner, DisposableBean {

	private static final Log log = LogFactory.getLog(AgentGroup.class);

	private final SampleProperties properties;

	private final SharedCounter counter;

	private final LockManager locks;

	private final List<Agent> agents;

	private volatile boolean stopped;

	AgentGroup(SampleProperties properties, EpisodeStore episodes, SkillLibrary skills, SharedCounter counter,
			LockManager locks) {
		this.properties = properties;
		this.counter = counter;
		this.locks = locks;
		this.agents = IntStream.rangeClosed(1, properties.agents())
			.mapToObj((number) -> "agent-" + number + "-of-" + properties.instance())
			.map((name) -> new Agent(name, episodes, skills, counter))
			.toList();
	}

	@Override
	public void run(ApplicationArguments arguments) throws InterruptedException {
		if (this.agents.isEmpty()) {
			return;
		}
		long countBefore = this.counter.get();
		long start = System.nanoTime();
		List<String> losses = work();
		double seconds = (System.nanoTime() - start) / 1e9;
		if (this.stopped) {
			return;
		}
		long growth = this.counter.get() - countBefore;
		AgentReport.print(this.agents, this.properties.operations(), seconds, growth, this.locks.getStatistics());
		losses.addAll(AgentReport.findLosses(this.agents, growth));
		if (losses.isEmpty()) {
			System.out.println("nothing was lost");
		}
		else {
			log.error("SOMETHING WAS LOST:\n" + String.join("\n", losses));
		}
	}

	private List<String> work() throws InterruptedException {
		AtomicInteger next = new AtomicInteger();
		Progress progress = new Progress(this.properties.operations());
		List<String> failures = new ArrayList<>();
		ExecutorService threads = Executors.newFixedThreadPool(this.agents.size());
		try {
			List<Future<?>> work = new ArrayList<>();
			this.agents.forEach((agent) -> work.add(threads.submit(() -> work(agent, next, progress))));
			for (Future<?> future : work) {
				try {
					future.get();
				}
				catch (ExecutionException ex) {
					failures.add("An agent failed: " + ex.getCause());
				}
			}
		}
		finally {
			threads.shutdown();
		}
		return failures;
	}

	private void work(Agent agent, AtomicInteger next, Progress progress) {
		int number;
		while (!this.stopped && (number = next.getAndIncrement()) < this.properties.operations()) {
			agent.act(number);
			progress.step();
		}
	}

	@Override
	public void destroy() {
		this.stopped = true;
	}

}
