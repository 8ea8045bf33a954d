package org.refract.engine.source;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.Provenance;
import org.refract.engine.store.StreamPosition;

/**
 * Data to learn from. The same source, seed and batch give the same stream, and a stream opened at a saved position goes on
 * with the batch that would have come next. Learners whose sources are equal get the same batches.
 */
public interface BatchSource {

    /** Numbers of an input. */
    int width();

    /** Numbers of a target: the input's, unless inputs and targets are different. */
    int targetWidth();

    /** Whether batches are only read, so that several at a time are there as soon as one after another. */
    default boolean isStored() {
        return false;
    }

    /** Which model's hook point the data are from; the facts say how they were made. Empty of data that are no activations. */
    default Optional<Provenance> provenance() {
        return Optional.empty();
    }

    /** What two trainings that are one must have in common in their data. */
    Map<String, String> identity();

    /** @throws RefractException if its parts do not fit each other: a sentence says which */
    default void check() throws RefractException {
    }

    /**
     * The first samples of the stream of a seed, {@code count} or as many as there are at once.
     *
     * @param monitor asked whether to stop, where this takes long
     */
    Batch sample(long seed, int count, Placement placement, NDManager owner, Monitor monitor) throws RefractException;

    /**
     * Begins or goes on.
     *
     * @param start   {@link StreamPosition#START} or a saved position of a stream with the same options
     * @param monitor asked whether to stop, where reading takes long
     */
    BatchStream open(StreamOptions options, StreamPosition start, Monitor monitor) throws RefractException;

    /**
     * What this source knows about a dictionary that learns from it, by name; nothing unless the truth is known.
     *
     * @param decoder {@code (latents, target width)}
     */
    default Map<String, Double> metrics(NDArray decoder) {
        return Map.of();
    }
}
