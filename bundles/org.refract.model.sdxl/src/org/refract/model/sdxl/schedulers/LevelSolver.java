package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** What solvers share whose sample is {@code α x₀ + σ̄ n}, which the U-Net sees as it is. */
abstract class LevelSolver implements Solver {

    private final SigmaSteps steps;
    private final Prediction prediction;
    private final Clipping clipping;

    LevelSolver(SigmaSteps steps, Prediction prediction, Clipping clipping) {
        this.steps = steps;
        this.prediction = prediction;
        this.clipping = clipping;
    }

    @Override
    public final double[] timesteps() {
        return steps.timesteps().clone();
    }

    @Override
    public final double initNoiseSigma() {
        return 1;
    }

    @Override
    public boolean drawsNoise(int i) {
        return false;
    }

    @Override
    public final NDArray scaleModelInput(NDManager out, int i, NDArray sample) {
        return Kernels.SCHEDULERS.call(out, "same", sample);
    }

    @Override
    public final NDArray predictedOriginal(NDManager out, int i, NDArray modelOutput, NDArray sample) {
        return clipping.apply(out, converted("mixed_original", out, i, modelOutput, sample, prediction));
    }

    @Override
    public final NDArray addNoise(NDManager out, int i, NDArray original, NDArray noise) {
        return Kernels.sum(out, original, level(i).alpha(), noise, level(i).sigma());
    }

    /** The noise that the U-Net sees, after the predicted sample is brought in bounds if it is. */
    final NDArray predictedNoise(NDManager out, int i, NDArray modelOutput, NDArray sample) {
        if (clipping.isNone()) {
            return converted("mixed_noise", out, i, modelOutput, sample, prediction);
        }
        try (NDArray original = predictedOriginal(out, i, modelOutput, sample)) {
            return converted("mixed_noise", out, i, original, sample, Prediction.SAMPLE);
        }
    }

    final Level level(int i) {
        return Level.of(steps.sigmas()[i]);
    }

    /** Number of calls of the U-Net. */
    final int calls() {
        return steps.timesteps().length;
    }

    private NDArray converted(String kernel, NDManager out, int i, NDArray modelOutput, NDArray sample, Prediction as) {
        return Kernels.SCHEDULERS.call(out, kernel, modelOutput, sample, (double) level(i).alpha(), (double) level(i).sigma(), as.kind());
    }
}
