package org.refract.engine.source;

import ai.djl.ndarray.NDArray;

/**
 * What is seen in one step.
 *
 * @param input  {@code (samples, ...)}; of an autoencoder {@code (samples, width)} float32
 * @param target {@code (samples, ...)}, what is to be found from it; the same object as the input of an autoencoder that is no transcoder
 */
public record Batch(NDArray input, NDArray target) {

    /** A batch of an autoencoder that learns its own input. */
    public static Batch of(NDArray input) {
        return new Batch(input, input);
    }
}
