package io.github.locks.aop

import io.github.locks.annotation.WriteLock
import java.util.concurrent.Callable

/** What becomes of a suspend function at start-up, on a class path of its own. */
class SuspendScenario : Callable<String> {

	override fun call(): String = lockManager().use { locks ->
		try {
			LockedProxies(locks).check(Store::class.java)
			"accepted"
		}
		catch (ex: InvalidLockAnnotationException) {
			ex.message!!
		}
	}

	open class Store {

		@WriteLock("a")
		open suspend fun run(id: String): String = id

	}

}
