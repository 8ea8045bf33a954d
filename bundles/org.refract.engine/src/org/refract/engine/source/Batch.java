package org.refract.engine.source;

import ai.djl.ndarray.NDArray;

/**
 * What an autoencoder sees in one step.
 *
 * @param input  {@code (samples, width)} float32
 * @param target {@code (samples, target width)} float32, what is to be reconstructed; the same object as the input unless it is a transcoder's
 */
public record Batch(NDArray input, NDArray target) {

    /** A batch of an autoencoder that learns its own input. */
    public static Batch of(NDArray input) {
        return new Batch(input, input);
    }
}
