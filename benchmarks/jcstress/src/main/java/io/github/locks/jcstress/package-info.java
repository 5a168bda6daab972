/**
 * What two threads may see of each other through the locks, and what of the locks.
 */
package io.github.locks.jcstress;
