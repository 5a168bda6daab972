package io.github.locks.local;

/**
 * What happened to a hold that was to be given back.
 */
public enum Release {

	/** It is given back. Who comes next takes it down, if anybody does. */
	DIRECT,

	/** It is given back. */
	BY_MONITOR,

	/** It was given back before, or never granted. */
	NONE

}
