package org.refract.api;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * Something that learns from batches: a sparse autoencoder, a network. It owns what it learns and its optimiser's state, and is used on its
 * device's thread. Whoever drives it decides which batches it sees, when a line is logged, and when its state is saved.
 */
public interface Learner extends AutoCloseable {

    /**
     * One optimiser step. Does not wait for the device unless the learner says so.
     *
     * @param input  {@code (samples, ...)}; the caller keeps it
     * @param target {@code (samples, ...)}, what belongs to it; the caller keeps it. Of one that learns its input, the same object
     */
    void step(NDArray input, NDArray target);

    /**
     * The terms of the last step's loss and the statistics since the last call, each under its published name. Waits for the device: call it when
     * a line is logged, not each step.
     */
    Map<String, Double> metrics();

    /** What is learnt, by the names of its checkpoints. Views, owned by this learner. */
    Map<String, NDArray> weights();

    /**
     * The optimiser's state and statistics by name, without the weights: enough, with those, to continue to the bit. Views, owned by this
     * learner.
     */
    Map<String, NDArray> state();

    /**
     * Continues from a {@link #state()}; tensors are copied.
     *
     * @throws IllegalArgumentException if one is missing or of another shape
     */
    void restore(Map<String, NDArray> state);

    /** What training leaves: the weights, or a moving average of them if the settings ask for it. Views. */
    default Map<String, NDArray> result() {
        return weights();
    }

    @Override
    void close();
}
