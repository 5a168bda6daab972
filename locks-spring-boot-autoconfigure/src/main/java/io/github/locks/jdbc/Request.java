package io.github.locks.jdbc;

/**
 * A request for a lock, as the database knows it.
 *
 * @param id what it is called; begins with {@code w} if it excludes all others
 * @param kind what became of it
 * @param place where it stands in the queue
 * @param endsAt until when it counts
 * @param token the first of its fencing tokens
 * @param told whether it is told that a holder before it crashed
 * @param pending whether it has not come yet for the lock that it was given
 * @param channel whom to tell of the grant
 * @param shown what people are shown
 */
record Request(String id, Kind kind, long place, long endsAt, long token, boolean told, boolean pending, String channel,
		String shown) {

	/**
	 * What became of a request. The names are in the database.
	 */
	enum Kind {

		HOLDER, WAITER, WITHDRAWN

	}

	static Request holder(String id, long endsAt, long token, boolean told, boolean pending, String shown) {
		return new Request(id, Kind.HOLDER, 0, endsAt, token, told, pending, "", shown);
	}

	static Request waiter(String id, long place, long endsAt, String channel, String shown) {
		return new Request(id, Kind.WAITER, place, endsAt, 0, false, false, channel, shown);
	}

	static Request withdrawn(String id, long endsAt) {
		return new Request(id, Kind.WITHDRAWN, 0, endsAt, 0, false, false, "", "");
	}

	static boolean isWriter(String id) {
		return id.startsWith("w");
	}

	boolean isWriter() {
		return isWriter(this.id);
	}

	boolean is(Kind wanted) {
		return this.kind == wanted;
	}

	/** The same until another time; whoever asks for that has come. */
	Request until(long micros) {
		return new Request(this.id, this.kind, this.place, micros, this.token, this.told, false, this.channel,
				this.shown);
	}

}
