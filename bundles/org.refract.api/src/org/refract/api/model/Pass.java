package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * One forward pass of a model within a run.
 *
 * @param step     index of the denoising step or generated token, from 0
 * @param steps    how many there are in the run
 * @param timestep the noise scheduler's timestep (0..1000 for SDXL), 0 for models without one
 * @param examples how many examples run together
 * @param guided   whether the batch holds every example twice, first all unconditional rows, then all conditional ones
 *                 (classifier-free guidance); then row {@code examples + i} is the conditional row of example {@code i}
 * @param mask     which positions are real, {@code (batch, positions)} int64 with 1 where one is and 0 where it fills up a shorter example; empty if all are
 * @param offset   index of the first position in its example: 0, or with a key-value cache how many positions went before
 */
public record Pass(int step, int steps, double timestep, int examples, boolean guided, Optional<NDArray> mask, long offset) {

    /** A pass of whole examples that have no fillers. */
    public Pass(int step, int steps, double timestep, int examples, boolean guided) {
        this(step, steps, timestep, examples, guided, Optional.empty(), 0);
    }

    /** The same for a piece of the examples, some positions of which may be fillers. */
    public Pass of(NDArray realPositions, long firstPosition) {
        return new Pass(step, steps, timestep, examples, guided, Optional.of(realPositions), firstPosition);
    }
}
