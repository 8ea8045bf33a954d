package org.refract.api.sae;

import ai.djl.ndarray.NDArray;

/**
 * The latents of a batch that are not zero, never a dense matrix: sample {@code i} has latent {@code indices[i, j]} with
 * activation {@code values[i, j]}. A slot with value 0 is unused, so samples may have fewer active latents than slots.
 *
 * @param indices {@code (samples, slots)} int64, each in [0, latents)
 * @param values  {@code (samples, slots)} float32
 * @param latents size of the dictionary
 */
public record SparseCodes(NDArray indices, NDArray values, int latents) implements AutoCloseable {

    /** How many samples. */
    public long samples() {
        return indices.getShape().get(0);
    }

    /** Slots per sample; k for a top-k SAE. */
    public long slots() {
        return indices.getShape().get(1);
    }

    @Override
    public void close() {
        indices.close();
        values.close();
    }
}
