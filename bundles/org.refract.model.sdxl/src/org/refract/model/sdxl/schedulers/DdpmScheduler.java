package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * {@code DDPMScheduler}: with {@code a = ᾱ/ᾱ'}, {@code x' = √ᾱ' (1 - a)/(1 - ᾱ) x̂₀ + √a (1 - ᾱ')/(1 - ᾱ) x + s n} with
 * {@code s² = (1 - ᾱ')/(1 - ᾱ) (1 - a)}, or {@code s² = 1 - a} where the variance is to be large (Denoising Diffusion Probabilistic Models,
 * equations 6, 7 and 15).
 *
 * @param levels     the noise levels
 * @param prediction what the U-Net says
 * @param clipping   bounds of the predicted sample
 * @param large      whether each step adds as much noise as training did
 */
record DdpmScheduler(Discretization levels, Prediction prediction, Clipping clipping, boolean large) implements Scheduler {

    /** diffusers: so that its logarithm is finite. */
    private static final double LEAST_VARIANCE = 1e-20;

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        String variance = Options.oneOf(file, "variance_type", "fixed_small", "fixed_small", "fixed_small_log", "fixed_large");
        return new DdpmScheduler(levels, prediction, Clipping.read(file, true), variance.equals("fixed_large"));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        return new Ddpm(this, Spacing.rounded(levels.timesteps(steps)));
    }

    private static final class Ddpm extends AlphasCumprodSolver {
        private final DdpmScheduler scheduler;

        private Ddpm(DdpmScheduler scheduler, double[] timesteps) {
            super(scheduler.levels.betas(), timesteps);
            this.scheduler = scheduler;
        }

        @Override
        public boolean drawsNoise(int i) {
            return timesteps()[i] > 0;
        }

        @Override
        public NDArray predictedOriginal(NDManager out, int i, NDArray modelOutput, NDArray sample) {
            return scheduler.clipping.apply(out, converted("mixed_original", out, i, modelOutput, sample, scheduler.prediction));
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            float now = alpha(i);
            float next = i + 1 < calls() ? alpha(i + 1) : 1;
            float kept = now / next;
            double share = (1 - next) / (1 - now);
            try (NDArray original = predictedOriginal(out, i, modelOutput, sample)) {
                double ofOriginal = root(next) * (1 - kept) / (1 - now);
                if (noise.isEmpty()) {
                    return Kernels.sum(out, original, ofOriginal, sample, root(kept) * share);
                }
                double variance = scheduler.large ? 1 - kept : Math.max(share * (1 - kept), LEAST_VARIANCE);
                return Kernels.sum(out, List.of(original, sample, noise.get()), ofOriginal, root(kept) * share, Math.sqrt(variance));
            }
        }
    }
}
