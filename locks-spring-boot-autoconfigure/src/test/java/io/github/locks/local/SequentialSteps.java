package io.github.locks.local;

import java.util.ArrayList;
import java.util.List;

/**
 * The sequential specification of {@link FairLock}: a list of those who are inside, and a
 * plain queue. Not for several threads. Owners have no parents.
 */
public final class SequentialSteps implements Steps {

	private final List<Request> inside = new ArrayList<>();

	private final List<Request> queue = new ArrayList<>();

	private boolean retired;

	@Override
	public Outcome ask(int place, int owner, boolean writes, boolean mayQueue) {
		if (this.retired) {
			return Outcome.RETIRED;
		}
		Request request = new Request(place, owner, writes);
		boolean isInside = this.inside.stream().anyMatch((other) -> other.owner == owner);
		if (writes && isInside && this.inside.stream().noneMatch((other) -> other.owner == owner && other.writes)) {
			return Outcome.UPGRADE_REFUSED;
		}
		if ((this.queue.isEmpty() || isInside) && isAdmissible(request)) {
			this.inside.add(request);
			return Outcome.GRANTED;
		}
		if (!mayQueue) {
			return Outcome.BUSY;
		}
		this.queue.add(request);
		return Outcome.QUEUED;
	}

	private boolean isAdmissible(Request request) {
		return this.inside.stream()
			.allMatch((other) -> other.owner == request.owner || !(request.writes || other.writes));
	}

	@Override
	public boolean isOpen(int place) {
		return this.inside.stream().anyMatch((request) -> request.place == place)
				|| this.queue.stream().anyMatch((request) -> request.place == place);
	}

	@Override
	public boolean giveUp(int place) {
		return this.queue.removeIf((request) -> request.place == place) && admit();
	}

	@Override
	public boolean release(int place) {
		return this.inside.removeIf((request) -> request.place == place) && admit();
	}

	private boolean admit() {
		while (!this.queue.isEmpty() && isAdmissible(this.queue.get(0))) {
			this.inside.add(this.queue.remove(0));
		}
		return true;
	}

	@Override
	public boolean retire() {
		this.retired |= this.inside.isEmpty() && this.queue.isEmpty();
		return this.retired;
	}

	@Override
	public String snapshot() {
		return this.inside.stream().map(Request::owner).sorted().toList() + " "
				+ this.queue.stream().map(Request::owner).toList();
	}

	@Override
	public int queueLength() {
		return this.queue.size();
	}

	@Override
	public void validate() {
		// right by definition
	}

	private record Request(int place, int owner, boolean writes) {
	}

}
