package io.github.locks.actuate;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import io.github.locks.Deadlock;
import io.github.locks.InvalidLockNameException;
import io.github.locks.LockManager;
import io.github.locks.LockNames;
import io.github.locks.LockQuery;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@link Endpoint @Endpoint} that shows who holds and who waits for locks, their
 * statistics and deadlocks, and resets the statistics. Thread-safe.
 */
@Endpoint(id = "locks", defaultAccess = Access.READ_ONLY)
public final class LocksEndpoint {

	private static final int DEFAULT_LIMIT = 250;

	private static final int MAX_LIMIT = 10_000;

	/** Of a document whose limit nobody has set. */
	private static final int MAX_BYTES = 1_000_000;

	private static final int MAX_SEARCH = LockNames.MAX_CODE_POINTS;

	private final LockManager lockManager;

	private final @Nullable MaskedNames mask;

	/**
	 * Creates an endpoint that shows names as they are.
	 * @param lockManager the lock manager to show
	 */
	@Autowired // where the class itself is registered as a bean
	public LocksEndpoint(LockManager lockManager) {
		this(lockManager, false);
	}

	/**
	 * Creates an endpoint.
	 * @param lockManager the lock manager to show
	 * @param mask whether names of resources are shown only up to their first colon
	 */
	public LocksEndpoint(LockManager lockManager, boolean mask) {
		this.lockManager = lockManager;
		this.mask = mask ? new MaskedNames() : null;
	}

	/**
	 * Returns all resources, or the one with the given name. Of many resources only the
	 * first are shown, and of each the last recent operations and the first who hold and
	 * who wait. Without another order, those that somebody waits for come before those
	 * that somebody holds, and the document is sorted by name.
	 * @param resource name of a resource, or {@code null} for all
	 * @param limit how many resources at most, or {@code null} for 250; of one resource,
	 * how many operations, holders and waiters of each kind, or {@code null} for all
	 * @param state {@code held}, {@code waiting} or {@code free} for only such resources,
	 * or {@code null}
	 * @param sort what comes first: {@code heat}, {@code name}, {@code acquisitions},
	 * {@code wait}, {@code hold} or {@code timeouts}, or {@code null}
	 * @param search what the names must have in them, whatever its case, or {@code null}
	 * @return a snapshot, or {@code null} if there is no such resource
	 * @throws InvalidEndpointRequestException if a parameter makes no sense
	 */
	@ReadOperation
	public @Nullable LocksDescriptor locks(@Nullable String resource, @Nullable Integer limit, @Nullable String state,
			@Nullable String sort, @Nullable String search) {
		LockQuery query = LockQuery.HOTTEST.withOperations(Overview.OPERATIONS)
			.withLimit(checkLimit(limit))
			.withState(checkState(state))
			.withSort(checkSort(sort));
		query = search(query, search);
		if (resource != null) {
			return find(resource, (limit != null) ? limit : Integer.MAX_VALUE);
		}
		Overview overview = new Overview(this.lockManager.getOverview(query), this.lockManager.detectDeadlocks());
		return mask(overview.document((limit != null) ? Integer.MAX_VALUE : MAX_BYTES, sort == null));
	}

	/**
	 * Returns the resource whose name is the rest of the path. Names that do not survive
	 * a path, such as those with an empty segment, are to be read by
	 * {@link #locks(String, Integer, String, String, String)}.
	 * @param resource segments of the path
	 * @return a snapshot, or {@code null} if there is no such resource
	 */
	@ReadOperation
	public @Nullable LocksDescriptor lock(@Selector(match = Selector.Match.ALL_REMAINING) String... resource) {
		return find(String.join("/", resource), Integer.MAX_VALUE);
	}

	/**
	 * Forgets the statistics of all resources, or of the one with the given name. Does
	 * nothing if there is no such resource.
	 * @param resource name of a resource, or {@code null} for all
	 * @throws InvalidEndpointRequestException if the name can be none of a resource
	 */
	@DeleteOperation
	public void resetStatistics(@Nullable String resource) {
		if (resource == null) {
			this.lockManager.resetStatistics();
			return;
		}
		try {
			String name = unmask(resource);
			if (name != null) {
				this.lockManager.resetStatistics(name);
			}
		}
		catch (InvalidLockNameException ex) {
			String reason = String.valueOf(ex.getMessage());
			throw new InvalidEndpointRequestException(reason, reason, ex);
		}
	}

	private static int checkLimit(@Nullable Integer limit) {
		int resources = (limit != null) ? limit : DEFAULT_LIMIT;
		if (resources < 1 || resources > MAX_LIMIT) {
			throw invalid("'limit' must be a number from 1 to " + MAX_LIMIT + ", not " + limit);
		}
		return resources;
	}

	private static LockQuery.State checkState(@Nullable String state) {
		return (state != null) ? oneOf("state", state, LockQuery.State.values()) : LockQuery.State.ALL;
	}

	private static LockQuery.Sort checkSort(@Nullable String sort) {
		return (sort != null) ? oneOf("sort", sort, LockQuery.Sort.values()) : LockQuery.Sort.HEAT;
	}

	private static <E extends Enum<E>> E oneOf(String parameter, String value, E[] constants) {
		for (E constant : constants) {
			if (constant.name().equalsIgnoreCase(value)) {
				return constant;
			}
		}
		throw invalid("'" + parameter + "' must be one of "
				+ Arrays.stream(constants)
					.map((constant) -> constant.name().toLowerCase(Locale.ROOT))
					.collect(Collectors.joining(", "))
				+ ", not " + LockNames.quote(value));
	}

	private LockQuery search(LockQuery query, @Nullable String search) {
		if (search == null || search.isEmpty()) {
			return query;
		}
		if (search.codePointCount(0, search.length()) > MAX_SEARCH) {
			throw invalid("'search' must not be longer than a name can be, which is " + MAX_SEARCH
					+ " characters, but has " + search.codePointCount(0, search.length()));
		}
		return (this.mask != null) ? this.mask.search(query, search) : query.withNamesLike(search);
	}

	private @Nullable LocksDescriptor find(String shown, int limit) {
		String resource = unmask(shown);
		if (resource == null) {
			return null;
		}
		try {
			List<ResourceStatistics> statistics = this.lockManager.getStatistics(resource);
			List<ResourceStatus> status = this.lockManager.getLockStatus(resource);
			if (statistics.isEmpty() && status.isEmpty()) {
				return null;
			}
			return mask(new LocksDescriptor(statistics.stream().map((one) -> one.withLastOperations(limit)).toList(),
					status.stream().map((one) -> Overview.first(one, limit)).toList(), deadlocksOf(resource), null,
					this.lockManager.getAdvice(resource)));
		}
		catch (InvalidLockNameException ex) {
			return null;
		}
	}

	private List<Deadlock> deadlocksOf(String resource) {
		return this.lockManager.detectDeadlocks()
			.stream()
			.filter((deadlock) -> deadlock.participants()
				.stream()
				.anyMatch((owner) -> owner.waitsFor().equals(resource) || owner.holds().contains(resource)))
			.toList();
	}

	private @Nullable String unmask(String shown) {
		return (this.mask != null) ? this.mask.find(shown) : shown;
	}

	private LocksDescriptor mask(LocksDescriptor document) {
		return (this.mask != null) ? this.mask.show(document) : document;
	}

	private static InvalidEndpointRequestException invalid(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

}
