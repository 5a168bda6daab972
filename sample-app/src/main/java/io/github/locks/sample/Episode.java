package io.github.locks.sample;

/**
 * Something an agent went through.
 *
 * @param id number given by the store
 * @param agent name of the agent
 * @param content what happened
 */
public record Episode(long id, String agent, String content) {
}
