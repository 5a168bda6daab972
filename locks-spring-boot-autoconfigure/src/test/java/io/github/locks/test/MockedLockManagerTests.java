package io.github.locks.test;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockRequest;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;

/**
 * Tests of an application whose lock manager is replaced by a mock.
 */
@SpringBootTest(classes = OrderApp.class, webEnvironment = SpringBootTest.WebEnvironment.NONE)
class MockedLockManagerTests {

	@MockitoBean
	private LockManager locks;

	@Autowired
	private OrderApp.Orders orders;

	@Autowired
	private HealthContributorRegistry health;

	@Test
	void annotatedMethodsAskTheMock() {
		LockHandle held = Mockito.mock(LockHandle.class);
		given(this.locks.acquire(any())).willReturn(held);
		assertThat(this.orders.payPatiently(1)).isEqualTo("paid 1");
		then(this.locks).should().acquire(any(LockRequest.class));
		then(held).should().close();
	}

	@Test
	void healthIsThatOfTheMock() {
		assertThat(this.health.getContributor("locks")).isInstanceOfSatisfying(HealthIndicator.class, (indicator) -> {
			Health up = indicator.health(true);
			assertThat(up).isNotNull();
			assertThat(up.getStatus()).isEqualTo(Status.UP);
		});
	}

}
