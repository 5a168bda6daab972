package io.github.locks.metrics;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.github.locks.LockOperation;
import io.github.locks.spi.LockEvent;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

/**
 * The meters of one sort of lock. Timers are made when they are needed first, and then
 * found without asking the registry.
 */
final class LockMeters {

	/** Of requests that were not to wait; not in time is who waited. */
	private static final String BUSY = "BUSY";

	private final MeterRegistry registry;

	private final Tags tags;

	private final LongAdder held = new LongAdder();

	private final LongAdder waiting = new LongAdder();

	private final Map<String, Timer> timers = new ConcurrentHashMap<>(4);

	LockMeters(MeterRegistry registry, Tags tags) {
		this.registry = registry;
		this.tags = tags;
		gauge("locks.held", "Locks that are held now", this.held);
		gauge("locks.waiting", "Requests that wait for a lock now", this.waiting);
	}

	/** The end of a wait may be told before its beginning: never show less than none. */
	private void gauge(String name, String description, LongAdder number) {
		Gauge.builder(name, number, (adder) -> Math.max(0, adder.sum()))
			.description(description)
			.tags(this.tags)
			.register(this.registry);
	}

	void beginWait() {
		this.waiting.increment();
	}

	void record(LockEvent event) {
		if (event.waited()) {
			this.waiting.decrement();
		}
		switch (event.operation()) {
			case RELEASED, LOST -> {
				this.held.decrement();
				timer(event).record(event.holdNanos(), TimeUnit.NANOSECONDS);
			}
			case ACQUIRED -> {
				this.held.increment();
				timer(event).record(event.waitNanos(), TimeUnit.NANOSECONDS);
			}
			default -> timer(event).record(event.waitNanos(), TimeUnit.NANOSECONDS);
		}
	}

	private Timer timer(LockEvent event) {
		String outcome = event.isBusy() ? BUSY : event.operation().name();
		Timer known = this.timers.get(outcome);
		return (known != null) ? known : createTimer(event.operation(), outcome);
	}

	private Timer createTimer(LockOperation.Kind operation, String outcome) {
		boolean ofHold = operation == LockOperation.Kind.RELEASED || operation == LockOperation.Kind.LOST;
		Timer timer = Timer.builder(ofHold ? "locks.hold" : "locks.wait")
			.description(ofHold ? "How long locks were held" : "How long requests waited for a lock")
			.tags(this.tags)
			.tag("outcome", outcome.toLowerCase(Locale.ROOT))
			.register(this.registry);
		this.timers.put(outcome, timer);
		return timer;
	}

}
