package io.github.locks.file;

/**
 * Remembers which lock files have an exclusive holder, in a way that outlives it: who
 * finds the mark of a file that it has just locked knows that the holder before has died.
 * A table with open addressing in the {@link SharedPage}; a mark is a part of the hash
 * that names the file. If the table is too full, a crash stays unknown. What is said of a
 * mark is said by who has locked its file.
 *
 * @param page where the marks are
 */
record CrashMarks(SharedPage page) {

	/** The place of a mark that is not in the table. */
	static final int NOWHERE = -1;

	private static final int PROBES = 4;

	private static final int RADIX = 16;

	private static final int DIGITS = 15;

	/** The mark of a file: never zero, and for no other file the same in practice. */
	static long of(String file) {
		return Long.parseLong(file, 0, DIGITS, RADIX) + 1;
	}

	/** Returns the place of a mark, or {@link #NOWHERE}. */
	int find(long mark) {
		int first = firstPlace(mark);
		for (int place = first; place < first + PROBES; place++) {
			if (this.page.mark(place) == mark) {
				return place;
			}
		}
		return NOWHERE;
	}

	/** Sets a mark that is not set, and returns its place. */
	int set(long mark) {
		int first = firstPlace(mark);
		for (int place = first; place < first + PROBES; place++) {
			if (this.page.mark(place, 0, mark)) {
				return place;
			}
		}
		return NOWHERE;
	}

	/** Takes a mark away. */
	void clear(long mark, int place) {
		if (place != NOWHERE) {
			this.page.mark(place, mark, 0);
		}
	}

	private static int firstPlace(long mark) {
		return (int) (mark % SharedPage.MARKS);
	}

}
