package io.github.locks.metrics;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.LockListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/**
 * Measures locks with Micrometer:
 * <ul>
 * <li>timer {@code locks.wait}: how long requests waited, by {@code outcome}</li>
 * <li>timer {@code locks.hold}: how long locks were held, by {@code outcome}</li>
 * <li>gauge {@code locks.held}: how many are held now</li>
 * <li>gauge {@code locks.waiting}: how many requests wait now</li>
 * </ul>
 * All have the tags {@code template} (what the requests have in common, {@code none} if
 * that is unknown), {@code kind} ({@code read}, {@code write}, {@code distributed}) and
 * {@code backend} ({@code local} for the first two). The name of a resource is never a
 * tag: there may be any number of them. Templates beyond the first thousand count as
 * {@code other}.
 * <p>
 * Safe for use by several threads.
 */
public final class LocksMetrics implements LockListener {

	private static final String NO_TEMPLATE = "none";

	private static final String OTHER_TEMPLATES = "other";

	private static final String LOCAL = "local";

	private final MeterRegistry registry;

	private final String backend;

	private final int maxTemplates;

	private final Map<Key, LockMeters> meters = new ConcurrentHashMap<>();

	/** Grows up to the limit; never shrinks, so that a template never changes its tag. */
	private final Set<String> templates = ConcurrentHashMap.newKeySet();

	/**
	 * Creates a listener.
	 * @param registry where the meters are registered
	 * @param backend what keeps the distributed locks, as a tag
	 */
	public LocksMetrics(MeterRegistry registry, String backend) {
		this(registry, backend, 1_000);
	}

	LocksMetrics(MeterRegistry registry, String backend, int maxTemplates) {
		this.registry = registry;
		this.backend = backend;
		this.maxTemplates = maxTemplates;
	}

	@Override
	public void onEvent(LockEvent event) {
		metersOf(event.template(), event.type()).record(event);
	}

	@Override
	public void onWaiting(LockRequest request, LockOwner owner) {
		metersOf(request.template(), request.type()).beginWait();
	}

	private LockMeters metersOf(@Nullable String template, LockType type) {
		Key key = new Key((template != null) ? template : NO_TEMPLATE, type);
		LockMeters known = this.meters.get(key);
		return (known != null) ? known : create(key);
	}

	private LockMeters create(Key key) {
		Key counted = isCounted(key.template()) ? key : new Key(OTHER_TEMPLATES, key.type());
		return this.meters.computeIfAbsent(counted, (missing) -> new LockMeters(this.registry, tags(missing)));
	}

	private boolean isCounted(String template) {
		if (this.templates.contains(template) || template.equals(NO_TEMPLATE)) {
			return true;
		}
		synchronized (this.templates) {
			return this.templates.size() < this.maxTemplates && this.templates.add(template);
		}
	}

	private Tags tags(Key key) {
		String keeper = (key.type() == LockType.DISTRIBUTED) ? this.backend : LOCAL;
		return Tags.of("template", key.template(), "kind", key.type().key(), "backend", keeper);
	}

	/**
	 * What is measured together.
	 *
	 * @param template what the requests have in common
	 * @param type kind of lock
	 */
	private record Key(String template, LockType type) {
	}

}
