package io.github.locks.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LocksEndpoint} with the lock manager that is configured automatically.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class LocksEndpointWithRealLocksTests {

	private HttpApp app;

	private LockManager locks;

	@BeforeAll
	void startApp() {
		this.app = HttpApp.start(HttpApp.RealLocks.class, WebApplicationType.SERVLET,
				"management.endpoint.locks.access=unrestricted");
		this.locks = this.app.context().getBean(LockManager.class);
	}

	@AfterAll
	void stopApp() {
		this.app.close();
	}

	@Test
	void holderIsShown() throws Exception {
		try (LockHandle held = this.locks.acquire(LockRequest.write("orders:42").method("Store.pay").build())) {
			JsonNode document = get("/orders:42");
			JsonNode holder = document.at("/status/0/locks/write/holders/0");
			assertThat(holder.get("owner").asString()).isEqualTo(Thread.currentThread().getName());
			assertThat(holder.get("method").asString()).isEqualTo("Store.pay");
			assertThat(holder.get("process").asString()).startsWith(ProcessHandle.current().pid() + "@");
			assertThat(holder.get("since").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
			assertThat(document.at("/statistics/0/locks/write/currentHolders").asInt()).isOne();
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void everyKindOfLockHasItsStatistics() throws Exception {
		this.locks.readLock("episodes").close();
		JsonNode statistics = get("?resource=episodes").at("/statistics/0/locks");
		assertThat(statistics.propertyNames()).containsExactly("read", "write", "distributed");
		assertThat(statistics.at("/read/totalAcquisitions").asInt()).isOne();
		assertThat(statistics.at("/read/totalReleases").asInt()).isOne();
		assertThat(statistics.at("/write/totalAcquisitions").asInt()).isZero();
	}

	@Test
	void statisticsThatWereResetStartAgain() throws Exception {
		this.locks.readLock("forgotten").close();
		assertThat(get("/forgotten").at("/statistics/0/recentOperations")).isNotEmpty();
		assertThat(this.app.send("DELETE", "?resource=forgotten").statusCode()).isEqualTo(204);
		this.locks.readLock("forgotten").close();
		assertThat(get("/forgotten").at("/statistics/0/locks/read/totalAcquisitions").asInt()).isOne();
	}

	@Test
	void lockThatIsHeldStaysHeldAndKnownAfterReset() throws Exception {
		try (LockHandle held = this.locks.writeLock("kept")) {
			assertThat(this.app.send("DELETE", "?resource=kept").statusCode()).isEqualTo(204);
			assertThat(get("/kept").at("/status/0/locks/write/holders")).hasSize(1);
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void readingDoesNotMakeAResourceKnown() throws Exception {
		assertThat(this.app.get("/never-locked").statusCode()).isEqualTo(404);
		assertThat(this.app.send("DELETE", "?resource=never-locked").statusCode()).isEqualTo(204);
		assertThat(this.app.get("/never-locked").statusCode()).isEqualTo(404);
		assertThat(this.app.get("").body()).doesNotContain("never-locked");
	}

	@Test
	void impossibleNamesAreNoErrorOfTheServer() throws Exception {
		for (String impossible : AbstractLocksEndpointHttpTests.impossible().toList()) {
			assertThat(this.app.get("?resource=" + impossible).statusCode()).isEqualTo(404);
			assertThat(this.app.send("DELETE", "?resource=" + impossible).statusCode()).isEqualTo(400);
		}
	}

	@Test
	void deadlockIsOneCycleWithBothParticipants() throws Exception {
		CyclicBarrier bothHold = new CyclicBarrier(2);
		List<CompletableFuture<Void>> calls = new ArrayList<>();
		for (String[] order : new String[][] { { "abba-a", "abba-b" }, { "abba-b", "abba-a" } }) {
			calls.add(CompletableFuture.runAsync(() -> {
				try (LockHandle first = this.locks.writeLock(order[0])) {
					bothHold.await();
					try (LockHandle second = this.locks.writeLock(order[1], Duration.ofSeconds(2))) {
						assertThat(first.isHeld() && second.isHeld()).isTrue();
					}
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			}, (task) -> new Thread(task, "holds " + order[0]).start()));
		}
		Awaitility.await().pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
			JsonNode deadlocks = get("").get("deadlocks");
			assertThat(deadlocks).hasSize(1);
			assertThat(deadlocks.at("/0/kind").asString()).isEqualTo("CYCLE");
			assertThat(deadlocks.at("/0/participants").findValuesAsString("owner"))
				.containsExactlyInAnyOrder("holds abba-a", "holds abba-b");
			assertThat(deadlocks.at("/0/participants").findValuesAsString("waitsFor"))
				.containsExactlyInAnyOrder("abba-a", "abba-b");
		});
		assertThat(get("?resource=abba-a").get("deadlocks")).hasSize(1);
		calls.forEach((call) -> call.handle((value, failure) -> value).join());
		assertThat(get("").get("deadlocks")).isEmpty();
	}

	private JsonNode get(String rest) throws Exception {
		return JsonMapper.shared().readTree(this.app.get(rest).body());
	}

}
