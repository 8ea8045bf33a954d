package org.refract.api.sae;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/** The optimisation of one {@link Sae}: owns the optimiser's state, changes the SAE's weights in place. */
public interface SaeTrainer extends AutoCloseable {

    /** The SAE being trained. */
    Sae sae();

    /**
     * One optimiser step towards {@code target ≈ reconstruct(input)}. Does not wait for the device.
     *
     * @param input  {@code (samples, width)} float32; the caller keeps it
     * @param target {@code (samples, outputWidth)} float32; the caller keeps it. An autoencoder's target is its input, the same object
     */
    void step(NDArray input, NDArray target);

    /**
     * One step of an autoencoder, which learns its own input.
     *
     * @param batch {@code (samples, width)} float32; the caller keeps it
     */
    default void step(NDArray batch) {
        step(batch, batch);
    }

    /**
     * The terms of the last step's loss and the statistics since the last call (every loss term under its published name,
     * {@code l0}, {@code dead}, {@code explained_variance}). Waits for the device: call it when a line is logged, not each step.
     */
    Map<String, Double> metrics();

    /**
     * The optimiser's state and statistics by name, without the SAE's own tensors: enough, with those, to continue to the
     * bit. Views, owned by this trainer.
     */
    Map<String, NDArray> state();

    /** Continues from a {@link #state()}; tensors are copied. */
    void restore(Map<String, NDArray> state);

    /** What training leaves, by the variant's names: the SAE's tensors, or a moving average of them if the settings ask for it. Views. */
    default Map<String, NDArray> result() {
        return sae().tensors();
    }

    @Override
    void close();
}
