package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * {@code DDIMScheduler}: {@code x' = √ᾱ' x̂₀ + √(1 - ᾱ' - s²) ε + s n} with {@code s = η √((1 - ᾱ')/(1 - ᾱ)) √(1 - ᾱ/ᾱ')} (Denoising
 * Diffusion Implicit Models, equations 12 and 16).
 *
 * @param levels        the noise levels
 * @param prediction    what the U-Net says
 * @param clipping      bounds of the predicted sample
 * @param setAlphaToOne whether the last step ends without noise
 * @param eta           share of fresh noise, 0 to 1
 */
record DdimScheduler(Discretization levels, Prediction prediction, Clipping clipping, boolean setAlphaToOne, double eta) implements Scheduler {

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        return new DdimScheduler(levels, prediction, Clipping.read(file, true), file.flag("set_alpha_to_one", true),
                Options.share(file, "eta", 0));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        return new Ddim(this, Spacing.rounded(levels.timesteps(steps)), levels.betas().levels() / steps);
    }

    private static final class Ddim extends AlphasCumprodSolver {
        private final DdimScheduler scheduler;
        private final int stride;

        private Ddim(DdimScheduler scheduler, double[] timesteps, int stride) {
            super(scheduler.levels.betas(), timesteps);
            this.scheduler = scheduler;
            this.stride = stride;
        }

        @Override
        public boolean drawsNoise(int i) {
            return scheduler.eta > 0;
        }

        @Override
        public NDArray predictedOriginal(NDManager out, int i, NDArray modelOutput, NDArray sample) {
            return scheduler.clipping.apply(out, converted("mixed_original", out, i, modelOutput, sample, scheduler.prediction));
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> fresh) {
            float next = next(i);
            float variance = (1 - next) / (1 - alpha(i)) * (1 - alpha(i) / next);
            float deviation = (float) (scheduler.eta * Math.sqrt(variance));
            try (NDArray original = predictedOriginal(out, i, modelOutput, sample);
                    NDArray noise = converted("mixed_noise", out, i, modelOutput, sample, scheduler.prediction)) {
                List<NDArray> terms = new ArrayList<>(List.of(original, noise));
                fresh.ifPresent(terms::add);
                double keep = root(1 - next - deviation * deviation);
                double[] weights = fresh.isPresent() ? new double[] {root(next), keep, deviation} : new double[] {root(next), keep};
                return Kernels.sum(out, terms, weights);
            }
        }

        private float next(int i) {
            int timestep = (int) timesteps()[i] - stride;
            return timestep >= 0 ? alphaOf(timestep) : scheduler.setAlphaToOne ? 1 : alphaOf(0);
        }
    }
}
