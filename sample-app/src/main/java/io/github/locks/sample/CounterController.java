package io.github.locks.sample;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The counter over HTTP.
 */
@RestController
@RequestMapping("/counter")
class CounterController {

	private final SharedCounter counter;

	CounterController(SharedCounter counter) {
		this.counter = counter;
	}

	@GetMapping
	Value get() {
		return new Value(this.counter.get());
	}

	@PostMapping("/increment")
	Value increment() {
		return new Value(this.counter.increment());
	}

	/**
	 * The body of an answer.
	 */
	record Value(long value) {
	}

}
