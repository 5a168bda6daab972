/**
 * Classes that others inherit from, across packages.
 */
package io.github.locks.aop.inherited;
