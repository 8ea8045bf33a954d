package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.refract.engine.kernel.KernelLibrary;

/** What both of Euler's methods share: a sample with noise of standard deviation σ, which the U-Net sees divided by √(σ² + 1). */
abstract class EulerSolver implements Solver {

    static final KernelLibrary KERNELS = KernelLibrary.of(EulerSolver.class, "schedulers.ts.py");

    private final SchedulerConfig config;
    private final SigmaSteps steps;

    EulerSolver(SchedulerConfig config, SigmaSteps steps) {
        this.config = config;
        this.steps = steps;
    }

    @Override
    public double[] timesteps() {
        return steps.timesteps().clone();
    }

    @Override
    public double initNoiseSigma() {
        float largest = steps.largest();
        return config.timestepSpacing().equals("leading") ? (float) Math.sqrt(largest * largest + 1) : largest;
    }

    @Override
    public NDArray scaleModelInput(NDManager out, int i, NDArray sample) {
        float sigma = sigma(i);
        return KERNELS.call(out, "divided", sample, (double) (float) Math.sqrt(sigma * sigma + 1));
    }

    @Override
    public NDArray predictedOriginal(NDManager out, int i, NDArray modelOutput, NDArray sample) {
        return KERNELS.call(out, "original", modelOutput, sample, (double) sigma(i), predictsV());
    }

    @Override
    public NDArray addNoise(NDManager out, int i, NDArray original, NDArray noise) {
        return KERNELS.call(out, "mixed", original, noise, 1., (double) sigma(i));
    }

    final float sigma(int i) {
        return steps.sigmas()[i];
    }

    final boolean predictsV() {
        return config.predictsV();
    }
}
