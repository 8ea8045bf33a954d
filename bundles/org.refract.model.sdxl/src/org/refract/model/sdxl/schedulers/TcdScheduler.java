package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * {@code TCDScheduler}: each step goes down to {@code s = ⌊(1 - η) t'⌋}, {@code x = √ᾱₛ x̂₀ + √(1 - ᾱₛ) ε}, and up again to t' with fresh noise,
 * {@code x' = √(ᾱ'/ᾱₛ) x + √(1 - ᾱ'/ᾱₛ) n} (Trajectory Consistency Distillation, strategic stochastic sampling, where η is called γ).
 *
 * @param levels     the noise levels
 * @param prediction what the U-Net says
 * @param distilled  the steps that the model was distilled for
 * @param eta        0 without fresh noise, 1 with as much as there can be
 */
record TcdScheduler(Discretization levels, Prediction prediction, Distilled distilled, double eta) implements Scheduler {

    /** diffusers' own. */
    private static final double ETA = 0.3;

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        return new TcdScheduler(levels, prediction, Distilled.read(file, levels, "TCD"), Options.share(file, "eta", ETA));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        return new Tcd(this, distilled.timesteps(steps));
    }

    private static final class Tcd extends AlphasCumprodSolver {
        private final TcdScheduler scheduler;

        private Tcd(TcdScheduler scheduler, double[] timesteps) {
            super(scheduler.levels.betas(), timesteps);
            this.scheduler = scheduler;
        }

        @Override
        public boolean drawsNoise(int i) {
            return scheduler.eta > 0 && i < calls() - 1;
        }

        @Override
        public NDArray predictedOriginal(NDManager out, int i, NDArray modelOutput, NDArray sample) {
            return converted("mixed_original", out, i, modelOutput, sample, scheduler.prediction);
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            int next = i + 1 < calls() ? (int) timesteps()[i + 1] : 0;
            float low = alphaOf((int) Math.floor((float) (1 - scheduler.eta) * next));
            try (NDArray original = predictedOriginal(out, i, modelOutput, sample);
                    NDArray seen = converted("mixed_noise", out, i, modelOutput, sample, scheduler.prediction)) {
                NDArray down = Kernels.sum(out, original, root(low), seen, root(1 - low));
                if (noise.isEmpty()) {
                    return down;
                }
                try (down) {
                    float kept = alphaOf(next) / low;
                    return Kernels.sum(out, down, root(kept), noise.get(), root(1 - kept));
                }
            }
        }
    }
}
