package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;

/** One run of a {@link Scheduler}. Samples are {@code (batch, channels, h, w)} float32. */
public interface Solver {

    /** The timestep that the U-Net is told at each step, falling. */
    double[] timesteps();

    /** Standard deviation of the first sample: unit noise is multiplied by it. */
    double initNoiseSigma();

    /** Whether each step takes fresh noise, the last one too. */
    boolean drawsNoise();

    /** The sample as the U-Net wants it at step {@code i}. */
    NDArray scaleModelInput(NDManager out, int i, NDArray sample);

    /**
     * From the sample of step {@code i} to the next one.
     *
     * @param modelOutput what the U-Net said, guided
     * @param noise       unit noise, for solvers that draw some
     */
    NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise);
}
