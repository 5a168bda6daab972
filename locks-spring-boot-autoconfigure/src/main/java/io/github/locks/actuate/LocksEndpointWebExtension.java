package io.github.locks.actuate;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} of the {@link LocksEndpoint}, which
 * refuses requests that do not say clearly which resource is meant: two names, and a name
 * in the path together with a parameter that would replace it. Thread-safe.
 * <p>
 * Parameters are {@link Optional} because that is the one type that gets what was sent:
 * for any other, Spring Boot makes one text of several, and lets a parameter win over the
 * path that has its name.
 */
@EndpointWebExtension(endpoint = LocksEndpoint.class)
@SuppressWarnings("NullableOptional") // null is how a parameter is marked as optional
public final class LocksEndpointWebExtension {

	private final LocksEndpoint endpoint;

	/**
	 * Creates the extension.
	 * @param endpoint the endpoint to ask
	 */
	public LocksEndpointWebExtension(LocksEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * Returns all resources, or the one with the given name.
	 * @param resource name of a resource, or nothing for all
	 * @param limit how many resources at most, or {@code null} for the default
	 * @param state the state of the resources, or {@code null} for any
	 * @param sort what comes first, or {@code null} for the default
	 * @param search what the names must have in them, or {@code null} for all
	 * @return a snapshot, or {@code null} if there is no such resource
	 * @throws InvalidEndpointRequestException if there are several names, or a parameter
	 * makes no sense
	 */
	@ReadOperation
	public @Nullable LocksDescriptor locks(@Nullable Optional<?> resource, @Nullable Integer limit,
			@Nullable String state, @Nullable String sort, @Nullable String search) {
		return this.endpoint.locks(oneName(resource), limit, state, sort, search);
	}

	/**
	 * Returns the resource whose name is the rest of the path.
	 * @param path segments of the path
	 * @param resource nothing
	 * @return a snapshot, or {@code null} if there is no such resource
	 * @throws InvalidEndpointRequestException if there is another name
	 */
	@ReadOperation
	public @Nullable LocksDescriptor lock(@Selector(match = Selector.Match.ALL_REMAINING) Optional<?> path,
			@Nullable Optional<?> resource) {
		if ((resource == null || resource.isEmpty()) && path.orElse(null) instanceof String[] segments) {
			return this.endpoint.lock(segments);
		}
		throw invalid("Name the resource either in the path or by the parameter 'resource', not both");
	}

	/**
	 * Forgets the statistics of all resources, or of the one with the given name.
	 * @param resource name of a resource, or nothing for all
	 * @throws InvalidEndpointRequestException if there are several names, or the name can
	 * be none of a resource
	 */
	@DeleteOperation
	public void resetStatistics(@Nullable Optional<?> resource) {
		this.endpoint.resetStatistics(oneName(resource));
	}

	private static @Nullable String oneName(@Nullable Optional<?> resource) {
		if (resource == null || resource.isEmpty()) {
			return null;
		}
		if (resource.get() instanceof String name) {
			return name;
		}
		throw invalid("Name one resource: the parameter 'resource' is there more than once");
	}

	private static InvalidEndpointRequestException invalid(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

}
