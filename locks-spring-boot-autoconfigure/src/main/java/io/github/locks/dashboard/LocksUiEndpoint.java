package io.github.locks.dashboard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;
import org.springframework.util.StringUtils;
import org.springframework.web.util.HtmlUtils;

/**
 * {@link WebEndpoint @WebEndpoint} that serves a page for browsers, which reads the
 * endpoint {@code locks}. As it is an endpoint itself, it has the exposure, the port, the
 * base path and the security of the others. All that the page needs comes from here, by
 * relative addresses. Thread-safe.
 */
@WebEndpoint(id = "locksui", defaultAccess = Access.READ_ONLY)
public final class LocksUiEndpoint {

	private static final EndpointId PAGE = EndpointId.of("locksui");

	private static final EndpointId LOCKS = EndpointId.of("locks");

	private static final String FOLDER = "META-INF/locks-ui/";

	private static final MimeType SCRIPT = new MimeType("text", "javascript", StandardCharsets.UTF_8);

	/** There are no others, whatever somebody asks for. */
	private static final Map<String, MimeType> ASSETS = Map.of("app.css",
			new MimeType("text", "css", StandardCharsets.UTF_8), "app.js", SCRIPT, "draw.js", SCRIPT, "model.js",
			SCRIPT);

	private final Function<EndpointId, @Nullable String> paths;

	/**
	 * Creates the endpoint.
	 * @param paths tells the path of an endpoint below the base path, or {@code null} if
	 * it has none; asked at each request for the page
	 */
	public LocksUiEndpoint(Function<EndpointId, @Nullable String> paths) {
		this.paths = paths;
	}

	/**
	 * Returns the page.
	 * @return a document in HTML
	 */
	@ReadOperation(produces = "text/html;charset=UTF-8")
	public Resource page() {
		String page = path(PAGE);
		String up = "../".repeat(StringUtils.countOccurrencesOf(page, "/"));
		String html = read("index.html").replace("{assets}", escape(page.substring(page.lastIndexOf('/') + 1)))
			.replace("{locks}", escape(up + path(LOCKS)));
		return new ByteArrayResource(html.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Returns a part of the page.
	 * @param name name of a file
	 * @return the file, or the status 404 if the page has no such part
	 */
	@ReadOperation(produces = { "text/javascript;charset=UTF-8", "text/css;charset=UTF-8", "*/*" })
	public WebEndpointResponse<Resource> asset(@Selector String name) {
		MimeType type = ASSETS.get(name);
		return (type != null) ? new WebEndpointResponse<>(new ClassPathResource(FOLDER + name, loader()), type)
				: new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
	}

	private String path(EndpointId id) {
		String path = this.paths.apply(id);
		return (path != null) ? StringUtils.trimLeadingCharacter(path, '/') : id.toLowerCaseString();
	}

	private static String escape(String path) {
		return HtmlUtils.htmlEscape(path, StandardCharsets.UTF_8.name());
	}

	private static String read(String name) {
		try {
			return new ClassPathResource(FOLDER + name, loader()).getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new IllegalStateException("'" + FOLDER + name + "' is missing in the jar of the locks", ex);
		}
	}

	private static ClassLoader loader() {
		return LocksUiEndpoint.class.getClassLoader();
	}

}
