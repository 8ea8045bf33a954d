package org.refract.engine.store;

/**
 * One picture whose activations were recorded.
 *
 * @param index its number in the store
 * @param prompt what was asked for
 * @param seed of its noise
 */
public record Recording(int index, String prompt, long seed) {
}
