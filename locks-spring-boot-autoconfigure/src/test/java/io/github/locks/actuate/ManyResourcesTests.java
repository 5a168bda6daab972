package io.github.locks.actuate;

import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;

import com.sun.management.ThreadMXBean;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
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
 * What {@link LocksEndpoint} answers when all tables are full, as large as they are by
 * default.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class ManyResourcesTests {

	private static final int RESOURCES = 10_000;

	private static final int OPERATIONS = 100;

	private HttpApp app;

	private LockManager locks;

	@BeforeAll
	void fill() {
		this.app = HttpApp.start(HttpApp.RealLocks.class, WebApplicationType.SERVLET);
		this.locks = this.app.context().getBean(LockManager.class);
		for (int i = 0; i < RESOURCES; i++) {
			use("orders:" + i, OPERATIONS / 2);
		}
		use("orders:777", 1);
	}

	@AfterAll
	void close() {
		this.app.close();
	}

	private void use(String resource, int times) {
		LockRequest request = LockRequest.write(resource)
			.owner(LockOwner.create("http-nio-8080-exec-3"))
			.method("OrderService.pay")
			.build();
		for (int i = 0; i < times; i++) {
			this.locks.acquire(request).close();
		}
	}

	@Test
	void documentOfAllIsSmallAndSaysWhatIsLeftOut() throws Exception {
		long start = System.nanoTime();
		HttpResponse<String> response = this.app.get("");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
		assertThat(response.body()).hasSizeBetween(200_000, 1_000_000);
		JsonNode document = json(response);
		assertThat(document.get("statistics")).hasSize(250)
			.filteredOn((resource) -> resource.get("resourceName").asString().startsWith("orders:"))
			.hasSizeGreaterThan(200)
			.allSatisfy((resource) -> assertThat(resource.get("recentOperations")).hasSize(5));
		assertThat(document.get("resourcesLeftOut").asInt()).isBetween(RESOURCES - 250, RESOURCES - 248);
		assertThat(names(document)).contains("orders:777").isSorted();
	}

	@Test
	void copyOfAllIsSmall() {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		LocksEndpoint endpoint = this.app.context().getBean(LocksEndpoint.class);
		assertThat(endpoint.locks(null, null, null, null, null)).isNotNull();
		long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
		LocksDescriptor document = endpoint.locks(null, null, null, null, null);
		long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
		assertThat(document).isNotNull();
		assertThat(allocated).isLessThan(80_000_000);
	}

	@Test
	void whoWaitsAndWhoHoldsComesFirst() throws Exception {
		CompletableFuture<LockHandle> waiting;
		try (LockHandle awaited = this.locks.writeLock("awaited"); LockHandle held = this.locks.writeLock("held")) {
			waiting = this.locks.acquireAsync(LockRequest.write("awaited").build());
			JsonNode one = json(this.app.get("?limit=1"));
			assertThat(names(one)).containsExactly("awaited");
			assertThat(one.get("status")).hasSize(1);
			assertThat(one.at("/status/0/locks/write/waiters")).hasSize(1);
			assertThat(names(json(this.app.get("?limit=2")))).containsExactly("awaited", "held");
			assertThat(names(json(this.app.get("?limit=3")))).containsExactly("awaited", "held", "orders:777");
			assertThat(awaited.isHeld() && held.isHeld()).isTrue();
		}
		waiting.join().close();
	}

	@Test
	void limitMayBeAsLargeAsTheTable() throws Exception {
		JsonNode document = json(this.app.get("?limit=" + RESOURCES));
		assertThat(document.get("statistics")).hasSize(RESOURCES);
	}

	@Test
	void documentOfOneResourceIsComplete() throws Exception {
		JsonNode document = json(this.app.get("/orders:42"));
		assertThat(document.at("/statistics/0/recentOperations")).hasSize(OPERATIONS);
		assertThat(document.has("resourcesLeftOut")).isFalse();
	}

	private static List<String> names(JsonNode document) {
		return StreamSupport.stream(document.get("statistics").spliterator(), false)
			.map((resource) -> resource.get("resourceName").asString())
			.toList();
	}

	private static JsonNode json(HttpResponse<String> response) {
		assertThat(response.statusCode()).isEqualTo(200);
		return JsonMapper.shared().readTree(response.body());
	}

}
