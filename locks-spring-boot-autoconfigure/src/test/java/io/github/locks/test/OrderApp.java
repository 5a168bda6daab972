package io.github.locks.test;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockTimeoutException;
import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.WriteLock;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application as its tests see it.
 */
@SpringBootApplication
@ComponentScan(useDefaultFilters = false, includeFilters = @ComponentScan.Filter(type = FilterType.ASSIGNABLE_TYPE,
		classes = { OrderApp.Orders.class, OrderApp.OrderController.class }))
class OrderApp {

	@Service
	static class Orders {

		private final LockManager locks;

		Orders(LockManager locks) {
			this.locks = locks;
		}

		@WriteLock(value = "orders:#{#id}", timeout = "0")
		public String pay(int id) {
			return "paid " + id;
		}

		@WriteLock(value = "orders:#{#id}")
		public String payPatiently(int id) {
			return "paid " + id;
		}

		@DistributedLock("orders:export")
		public String export(CountDownLatch started, CompletableFuture<String> work) {
			started.countDown();
			return work.join();
		}

		public String guarded(String resource, Supplier<String> work) {
			try (LockHandle held = this.locks.distributedLock(resource)) {
				return held.isHeld() ? work.get() : "not held";
			}
		}

	}

	@RestController
	static class OrderController {

		private final Orders orders;

		OrderController(Orders orders) {
			this.orders = orders;
		}

		@GetMapping("/pay/{id}")
		String pay(@PathVariable int id) {
			return this.orders.pay(id);
		}

		@ExceptionHandler
		@ResponseStatus(HttpStatus.SERVICE_UNAVAILABLE)
		String busy(LockTimeoutException failure) {
			return String.valueOf(failure.getMessage());
		}

	}

}
