package io.github.locks.jdbc;

import java.util.List;

/**
 * The statements, for tables whose names begin with a prefix.
 */
final class LockTables {

	private static final String TOKENS = "holder_token, last_token - holder_token + 1";

	private static final String HELD = " and holder = ? and holder_ends > ";

	private final Dialect dialect;

	private final String lock;

	private final String request;

	private final String picture;

	LockTables(Dialect dialect, String prefix) {
		this.dialect = dialect;
		this.lock = prefix + "LOCK";
		this.request = prefix + "REQUEST";
		this.picture = prefix + "PICTURE";
	}

	private String now() {
		return this.dialect.now();
	}

	/**
	 * Takes a lock that was given back and that nobody waits for, in one step. The order
	 * of what is set matters: in MySQL what follows sees what was set before.
	 */
	String take() {
		String take = "update " + this.lock + " set holder = ?, holder_ends = " + now()
				+ " + ?, holder_shown = ?, holder_told = 0, holder_pending = 0, holder_token = greatest(last_token + 1, "
				+ now() + "), last_token = greatest(last_token + 1, " + now() + ") + case when last_token <= " + now()
				+ " + " + LockState.AHEAD_MICROS + " then ? else 0 end"
				+ " where id = ? and holder is null and requests = 0 and crashed = 0";
		return this.dialect.canReturn() ? take + " returning " + TOKENS : take;
	}

	/** The tokens of a holder: nobody is given one as long as it excludes all. */
	String tokens() {
		return "select " + TOKENS + " from " + this.lock + " where id = ? and holder = ?";
	}

	/** Gives a lock back that nobody waits for, in one step. */
	String giveBack() {
		return "update " + this.lock + " set holder = null, used_at = " + now() + " where id = ?" + HELD + now()
				+ " and requests = 0";
	}

	/** Prolongs the lease of a writer, in one step. */
	String prolong() {
		String prolong = "update " + this.lock + " set holder_ends = " + now() + " + ? where id = ?" + HELD + now();
		return this.dialect.canReturn() ? prolong + " returning requests" : prolong;
	}

	String requests() {
		return "select requests from " + this.lock + " where id = ?";
	}

	/** Whether a place in the queue is still good, and the lock not free. */
	String peek() {
		return "select 1 from " + this.lock + " l join " + this.request + " r on r.lock_id = l.id where l.id = ?"
				+ " and r.id = ? and r.kind = 'WAITER' and r.ends_at > " + now() + " + ?"
				+ " and l.holder is not null and l.holder_ends > " + now();
	}

	String insertLock() {
		return this.dialect.insert(this.lock
				+ " (id, resource_name, last_token, crashed, requests, holder_ends, holder_token, holder_told,"
				+ " holder_pending, used_at) values (?, ?, 0, 0, 0, 0, 0, 0, 0, " + now() + ")");
	}

	String readLock() {
		return "select " + now() + " as time_now, last_token, crashed, requests, holder, holder_ends, holder_token,"
				+ " holder_told, holder_pending, holder_shown from " + this.lock + " where id = ? for update";
	}

	String readRequests() {
		return "select id, kind, place, ends_at, token, told, pending, channel, shown from " + this.request
				+ " where lock_id = ?";
	}

	String writeLock() {
		return "update " + this.lock + " set last_token = ?, crashed = ?, requests = ?, holder = ?, holder_ends = ?,"
				+ " holder_token = ?, holder_told = ?, holder_pending = ?, holder_shown = ?, used_at = " + now()
				+ " where id = ?";
	}

	String insertRequest() {
		return "insert into " + this.request + " (kind, place, ends_at, token, told, pending, channel, shown, lock_id,"
				+ " id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	}

	String updateRequest() {
		return "update " + this.request + " set kind = ?, place = ?, ends_at = ?, token = ?, told = ?, pending = ?,"
				+ " channel = ?, shown = ? where lock_id = ? and id = ?";
	}

	String deleteRequest() {
		return "delete from " + this.request + " where lock_id = ? and id = ?";
	}

	String deleteLock() {
		return "delete from " + this.lock + " where id = ?";
	}

	String unused() {
		return "select id from " + this.lock + " where used_at < " + now() + " - ?";
	}

	String countWaiters() {
		return "select count(*) from " + this.request + " where lock_id = ? and kind = 'WAITER' and ends_at > " + now();
	}

	String holder() {
		return "select holder_shown from " + this.lock + " where id = ? and holder is not null and holder_ends > "
				+ now();
	}

	String reader() {
		return "select shown from " + this.request + " where lock_id = ? and kind = 'HOLDER' and ends_at > " + now();
	}

	String updatePicture() {
		return "update " + this.picture + " set ends_at = " + now() + " + ?, content = ? where id = ?";
	}

	String insertPicture() {
		return this.dialect.insert(this.picture + " (ends_at, content, id) values (" + now() + " + ?, ?, ?)");
	}

	String deletePicture() {
		return "delete from " + this.picture + " where id = ?";
	}

	String deleteOldPictures() {
		return "delete from " + this.picture + " where ends_at < " + now() + " - 60000000";
	}

	String pictures() {
		return "select content from " + this.picture + " where ends_at > " + now();
	}

	/** Fails if a table or a column is not there. */
	List<String> checks() {
		return List.of(
				"select id, resource_name, last_token, crashed, requests, holder, holder_ends, holder_token, holder_told,"
						+ " holder_pending, holder_shown, used_at from " + this.lock + " where 1 = 0",
				"select lock_id, id, kind, place, ends_at, token, told, pending, channel, shown from " + this.request
						+ " where 1 = 0",
				"select id, ends_at, content from " + this.picture + " where 1 = 0");
	}

}
