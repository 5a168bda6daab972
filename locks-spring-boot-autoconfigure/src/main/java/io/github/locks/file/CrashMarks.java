package io.github.locks.file;

/**
 * Remembers which lock files have an exclusive holder, in a way that outlives it: who
 * finds the mark of a file that it has just locked knows that the holder before has died.
 * A table with open addressing in the {@link SharedPage}; a mark is a part of the hash
 * that names the file. If the table is too full, a crash stays unknown.
 *
 * @param page where the marks are
 */
record CrashMarks(SharedPage page) {

	private static final int PROBES = 16;

	private static final int RADIX = 16;

	private static final int DIGITS = 15;

	/** Whether the file has a mark. Asked by who has locked it. */
	boolean isSet(String file) {
		return find(file) >= 0;
	}

	/** Sets the mark of a file that has none. */
	void set(String file) {
		int first = firstPlace(file);
		for (int place = first; place < first + PROBES; place++) {
			if (this.page.mark(place) == 0 && this.page.mark(place, 0, markOf(file))) {
				return;
			}
		}
	}

	/** Takes the mark away. Done by who has locked the file, before it lets go. */
	void clear(String file) {
		int place = find(file);
		if (place >= 0) {
			this.page.mark(place, markOf(file), 0);
		}
	}

	private int find(String file) {
		long mark = markOf(file);
		int first = firstPlace(file);
		for (int place = first; place < first + PROBES; place++) {
			if (this.page.mark(place) == mark) {
				return place;
			}
		}
		return -1;
	}

	/** Never zero, for no other file the same in practice. */
	private static long markOf(String file) {
		return Long.parseLong(file, 0, DIGITS, RADIX) + 1;
	}

	private static int firstPlace(String file) {
		return Integer.parseInt(file, DIGITS, DIGITS + 4, RADIX) % SharedPage.MARKS;
	}

}
