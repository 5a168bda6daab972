package io.github.locks.spi;

/**
 * Somebody's wish to be told when a resource may have become free.
 */
@FunctionalInterface
public interface ReleaseWatch extends AutoCloseable {

	/** That of a backend that cannot tell. */
	ReleaseWatch NONE = () -> {
	};

	/**
	 * Ends it. What is under way may still arrive. Has an effect once.
	 */
	@Override
	void close();

}
