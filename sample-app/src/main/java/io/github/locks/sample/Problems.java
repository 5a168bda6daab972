package io.github.locks.sample;

import java.time.Duration;
import java.util.List;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockException;
import io.github.locks.LockLostException;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockUpgradeException;
import io.github.locks.aop.InvalidLockAnnotationException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Answers every failure with {@code application/problem+json} (RFC 9457). A lock that was
 * not to be had is {@code 503} with {@code Retry-After}: the same request may succeed
 * later.
 */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {

	private static final Log log = LogFactory.getLog(Problems.class);

	@ExceptionHandler
	@Nullable ResponseEntity<Object> lock(LockException ex, WebRequest request) {
		boolean hopeless = ex instanceof LockLostException || ex instanceof LockUpgradeException
				|| ex instanceof InvalidLockNameException || ex instanceof InvalidLockAnnotationException;
		if (hopeless) {
			return unexpected(ex, request);
		}
		HttpStatus status = HttpStatus.SERVICE_UNAVAILABLE;
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, ex.getMessage());
		if (ex.resource() != null) {
			problem.setProperty("resource", ex.resource());
		}
		if (ex.type() != null) {
			problem.setProperty("kind", ex.type().key());
		}
		HttpHeaders headers = new HttpHeaders();
		headers.set(HttpHeaders.RETRY_AFTER, Long.toString(retryAfterSeconds(ex)));
		return handleExceptionInternal(ex, problem, headers, status, request);
	}

	private long retryAfterSeconds(LockException ex) {
		Duration timeout = (ex instanceof LockTimeoutException timedOut) ? timedOut.timeout() : Duration.ZERO;
		return Math.max(1, timeout.plusMillis(999).toSeconds());
	}

	/** Tomcat cannot read a parameter of the query, such as {@code %ff}. */
	@ExceptionHandler
	@Nullable ResponseEntity<Object> parameter(InvalidParameterException ex, WebRequest request) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, "The query cannot be read");
		return handleExceptionInternal(ex, problem, new HttpHeaders(), HttpStatus.BAD_REQUEST, request);
	}

	@ExceptionHandler
	@Nullable ResponseEntity<Object> unexpected(Exception ex, WebRequest request) {
		log.error("Request failed: " + request.getDescription(false), ex);
		HttpStatus status = HttpStatus.INTERNAL_SERVER_ERROR;
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, "The request failed, see the log");
		return handleExceptionInternal(ex, problem, new HttpHeaders(), status, request);
	}

	@Override
	protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(MethodArgumentNotValidException ex,
			HttpHeaders headers, HttpStatusCode status, WebRequest request) {
		List<String> errors = ex.getFieldErrors()
			.stream()
			.map((error) -> error.getField() + " " + error.getDefaultMessage())
			.sorted()
			.toList();
		ex.getBody().setDetail(String.join(", ", errors));
		return super.handleMethodArgumentNotValid(ex, headers, status, request);
	}

}
