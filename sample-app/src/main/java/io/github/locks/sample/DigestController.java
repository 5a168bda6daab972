package io.github.locks.sample;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * The digest over HTTP.
 */
@RestController
@RequestMapping("/digest")
class DigestController {

	private final DigestFile file;

	private final DigestWriter writer;

	DigestController(DigestFile file, DigestWriter writer) {
		this.file = file;
		this.writer = writer;
	}

	@GetMapping
	Digest find() {
		return this.file.find()
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "No digest was written yet"));
	}

	@PostMapping
	Digest write() {
		return this.writer.write(0);
	}

}
