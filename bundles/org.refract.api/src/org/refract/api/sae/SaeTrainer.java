package org.refract.api.sae;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.refract.api.Learner;

/**
 * The optimisation of one {@link Sae} towards {@code target ≈ reconstruct(input)}: changes the SAE's weights in place. Its metrics have every loss
 * term under its published name, {@code l0}, {@code dead} and {@code explained_variance}; the weights are the SAE's tensors.
 */
public interface SaeTrainer extends Learner {

    /** The SAE being trained; closed by whoever made it. */
    Sae sae();

    /**
     * {@inheritDoc}
     *
     * @param input  {@code (samples, width)} float32
     * @param target {@code (samples, outputWidth)} float32; an autoencoder's is its input, the same object
     */
    @Override
    void step(NDArray input, NDArray target);

    /**
     * One step of an autoencoder, which learns its own input.
     *
     * @param batch {@code (samples, width)} float32; the caller keeps it
     */
    default void step(NDArray batch) {
        step(batch, batch);
    }

    @Override
    default Map<String, NDArray> weights() {
        return sae().tensors();
    }
}
