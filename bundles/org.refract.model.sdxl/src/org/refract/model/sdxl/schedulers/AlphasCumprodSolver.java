package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** What solvers share whose sample is {@code √ᾱ x₀ + √(1 - ᾱ) n} at whole timesteps. */
abstract class AlphasCumprodSolver implements Solver {

    private final NoiseSchedule noise;
    private final int last;
    private final double[] timesteps;

    /** @param timesteps whole ones, falling */
    AlphasCumprodSolver(Betas betas, double[] timesteps) {
        this.noise = new NoiseSchedule(betas, false);
        this.last = betas.levels() - 1;
        this.timesteps = timesteps;
    }

    @Override
    public final double[] timesteps() {
        return timesteps.clone();
    }

    @Override
    public final double initNoiseSigma() {
        return 1;
    }

    @Override
    public final NDArray scaleModelInput(NDManager out, int i, NDArray sample) {
        return Kernels.SCHEDULERS.call(out, "same", sample);
    }

    @Override
    public final NDArray addNoise(NDManager out, int i, NDArray original, NDArray noise) {
        return Kernels.sum(out, original, root(alpha(i)), noise, root(1 - alpha(i)));
    }

    /** Number of calls of the U-Net. */
    final int calls() {
        return timesteps.length;
    }

    final NDArray converted(String kernel, NDManager out, int i, NDArray modelOutput, NDArray sample, Prediction as) {
        return Kernels.SCHEDULERS.call(out, kernel, modelOutput, sample, root(alpha(i)), root(1 - alpha(i)), as.kind());
    }

    /** ᾱ at a call. */
    final float alpha(int i) {
        return alphaOf((int) timesteps[i]);
    }

    /** ᾱ of a timestep; one past the last counts as the last. */
    final float alphaOf(int timestep) {
        return noise.alphaCumprod(Math.min(timestep, last));
    }

    static double root(float x) {
        return (float) Math.sqrt(x);
    }
}
