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
	 * Whether whoever waits may rely on being told at once, and ask only seldom.
	 * @return {@code false} if it is to ask often
	 */
	default boolean isPrompt() {
		return false;
	}

	/**
	 * Ends it. What is under way may still arrive. Has an effect once.
	 */
	@Override
	void close();

}
