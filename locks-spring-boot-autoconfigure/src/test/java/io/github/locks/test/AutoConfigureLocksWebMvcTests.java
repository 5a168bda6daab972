package io.github.locks.test;

import io.github.locks.LockHandle;
import io.github.locks.LockType;
import io.github.locks.support.DefaultLockManager;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link AutoConfigureLocks @AutoConfigureLocks} on a slice test.
 */
@WebMvcTest(OrderApp.OrderController.class)
@ContextConfiguration(classes = OrderApp.class)
@Import(OrderApp.Orders.class)
@AutoConfigureLocks
class AutoConfigureLocksWebMvcTests {

	@Autowired
	private MockMvcTester mvc;

	@Autowired
	private LockProbe probe;

	@Autowired
	private DefaultLockManager locks;

	@Test
	void annotatedMethodsLock() {
		assertThat(this.mvc.get().uri("/pay/1")).hasStatusOk().hasBodyTextEqualTo("paid 1");
		assertThat(this.locks.getStatistics("orders:1")).isNotEmpty();
		assertThat(this.probe.isFree(LockType.WRITE, "orders:1")).isTrue();
	}

	@Test
	void strangerKeepsTheApplicationOut() {
		try (LockHandle held = this.probe.holdWrite("orders:2")) {
			assertThat(this.mvc.get().uri("/pay/2")).hasStatus(503);
			assertThat(this.probe.isFree(LockType.READ, "orders:2")).isFalse();
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(this.mvc.get().uri("/pay/2")).hasStatusOk();
	}

}
