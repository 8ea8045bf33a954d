package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** What solvers share whose sample is {@code x₀ + σ n}: the U-Net sees it divided by {@code √(σ² + 1)} (Karras et al. 2022, table 1). */
abstract class SigmaSolver implements Solver {

    private final Discretization levels;
    private final Prediction prediction;
    private final SigmaSteps steps;
    private final Clipping clipping;

    /** @param steps one timestep and sigma per call of the U-Net */
    SigmaSolver(Discretization levels, Prediction prediction, SigmaSteps steps, Clipping clipping) {
        this.levels = levels;
        this.prediction = prediction;
        this.steps = steps;
        this.clipping = clipping;
    }

    @Override
    public final double[] timesteps() {
        return steps.timesteps().clone();
    }

    @Override
    public final double initNoiseSigma() {
        float largest = steps.largest();
        boolean fromBetween = levels.spacing() == Spacing.LEADING || levels.spacing() == Spacing.SGM_TURBO;
        return fromBetween ? (float) Math.sqrt(largest * largest + 1) : largest;
    }

    @Override
    public boolean drawsNoise(int i) {
        return false;
    }

    @Override
    public final NDArray scaleModelInput(NDManager out, int i, NDArray sample) {
        float sigma = inputSigma(i);
        return Kernels.SCHEDULERS.call(out, "divided", sample, (double) (float) Math.sqrt(sigma * sigma + 1));
    }

    @Override
    public final NDArray predictedOriginal(NDManager out, int i, NDArray modelOutput, NDArray sample) {
        NDArray original = Kernels.SCHEDULERS.call(out, "original", modelOutput, sample, (double) inputSigma(i), prediction.kind());
        return clipping.apply(out, original);
    }

    @Override
    public final NDArray addNoise(NDManager out, int i, NDArray original, NDArray noise) {
        return Kernels.sum(out, original, 1, noise, sigma(i));
    }

    /** σ of the sample that the U-Net sees at a call. */
    float inputSigma(int i) {
        return sigma(i);
    }

    final float sigma(int i) {
        return steps.sigmas()[i];
    }

    /** {@code dx/dσ = (x - x₀) / σ}. */
    final NDArray derivative(NDManager out, int i, NDArray modelOutput, NDArray sample) {
        try (NDArray original = predictedOriginal(out, i, modelOutput, sample)) {
            return Kernels.SCHEDULERS.call(out, "derivative", sample, original, (double) inputSigma(i));
        }
    }

    static NDArray along(NDManager out, NDArray sample, NDArray slope, float dt) {
        return Kernels.SCHEDULERS.call(out, "along", sample, slope, (double) dt);
    }
}
