package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;

/**
 * One run of a {@link Scheduler}, of which each index is one call of the U-Net. Samples are {@code (batch, channels, h, w)} float32.
 *
 * <p>A run may begin at any index that {@link #first} or {@link #firstBelow} gives, and then takes the indices one after another: a solver
 * remembers what the U-Net said before. Solvers of {@link #order} 2 call the U-Net twice per step, at an even index and at the odd one
 * after it; the last step is a single call.
 */
public interface Solver {

    /** The timestep that the U-Net is told at each call, falling except where a second-order solver looks back. */
    double[] timesteps();

    /** Standard deviation of the first sample: unit noise is multiplied by it. */
    double initNoiseSigma();

    /** Calls of the U-Net per step: 1 or 2 (diffusers: {@code scheduler.order}). */
    default int order() {
        return 1;
    }

    /** Whether a step is done with the call at an index. */
    default boolean endsStep(int i) {
        return (i + 1) % order() == 0;
    }

    /** Whether {@link #step} at an index takes fresh noise. Where it does not, none is drawn, so that seeds give the pictures of diffusers. */
    boolean drawsNoise(int i);

    /** The sample as the U-Net wants it at index {@code i}. */
    NDArray scaleModelInput(NDManager out, int i, NDArray sample);

    /**
     * From the sample of index {@code i} to the next one.
     *
     * @param modelOutput what the U-Net said, guided
     * @param noise       unit noise, where {@link #drawsNoise} says so
     */
    NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise);

    /** The sample without noise as the U-Net sees it at index {@code i} (diffusers: {@code pred_original_sample}); it may be asked at any time. */
    NDArray predictedOriginal(NDManager out, int i, NDArray modelOutput, NDArray sample);

    /**
     * A clean sample with as much noise as the sample of index {@code i} has, for image to image and inpainting.
     *
     * @param original clean latents
     * @param noise    unit noise
     */
    NDArray addNoise(NDManager out, int i, NDArray original, NDArray noise);

    /**
     * The index at which image to image of a strength begins; the number of calls where nothing is left to do (diffusers:
     * {@code get_timesteps}).
     *
     * @param steps    the steps that the solver was made for
     * @param strength 0 to 1
     */
    default int first(int steps, double strength) {
        int taken = Math.min((int) (steps * strength), steps);
        return Math.min((steps - taken) * order(), timesteps().length);
    }

    /**
     * The index of the first call below a timestep, never between the two calls of one step (diffusers: {@code denoising_start}).
     *
     * @param cutoff a timestep
     */
    default int firstBelow(double cutoff) {
        int left = 0;
        for (double timestep : timesteps()) {
            left += timestep < cutoff ? 1 : 0;
        }
        int even = order() == 2 && left % 2 == 0 ? 1 : 0;
        return Math.max(0, timesteps().length - left - even);
    }
}
