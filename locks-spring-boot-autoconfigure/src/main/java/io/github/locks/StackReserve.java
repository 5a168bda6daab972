package io.github.locks;

/**
 * Sees to it that the stack of an endless recursion does not end halfway through taking
 * or giving back a lock, which would leave it taken: asks for more stack than both need.
 */
final class StackReserve {

	private static final int FRAMES = 256;

	private StackReserve() {
	}

	/**
	 * Uses some stack and gives it back.
	 * @throws StackOverflowError if there is not enough left
	 */
	static void require() {
		if (use(FRAMES, 1, 2, 3, 4, 5, 6, 7) == 0) {
			throw new IllegalStateException("The sum of positive numbers is zero");
		}
	}

	private static long use(int frames, long a, long b, long c, long d, long e, long f, long g) {
		if (frames == 0) {
			return a + b + c + d + e + f + g;
		}
		return use(frames - 1, b, c, d, e, f, g, a) + a;
	}

}
