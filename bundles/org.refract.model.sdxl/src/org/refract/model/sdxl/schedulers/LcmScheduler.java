package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * {@code LCMScheduler}: each step jumps to the clean sample, {@code c_out x̂₀ + c_skip x}, and adds fresh noise of the next level (Latent
 * Consistency Models, algorithm 3). It visits some of the steps that the model was distilled for.
 *
 * @param levels     the noise levels
 * @param prediction what the U-Net says
 * @param clipping   bounds of the predicted sample
 * @param distilled  the steps that the model was distilled for
 * @param scaling    timesteps are multiplied by it for {@code c_out} and {@code c_skip}
 */
record LcmScheduler(Discretization levels, Prediction prediction, Clipping clipping, Distilled distilled, double scaling) implements Scheduler {

    private static final double SIGMA_DATA = 0.5;
    private static final double TIMESTEP_SCALING = 10;

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        return new LcmScheduler(levels, prediction, Clipping.read(file, false),
                Distilled.read(file, levels, "LCM"), file.real("timestep_scaling", TIMESTEP_SCALING));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        return new Lcm(this, distilled.timesteps(steps));
    }

    private static final class Lcm extends AlphasCumprodSolver {
        private final LcmScheduler scheduler;

        private Lcm(LcmScheduler scheduler, double[] timesteps) {
            super(scheduler.levels.betas(), timesteps);
            this.scheduler = scheduler;
        }

        @Override
        public boolean drawsNoise(int i) {
            return i < calls() - 1;
        }

        @Override
        public NDArray predictedOriginal(NDManager out, int i, NDArray modelOutput, NDArray sample) {
            double t = timesteps()[i] * scheduler.scaling;
            double skip = SIGMA_DATA * SIGMA_DATA / (t * t + SIGMA_DATA * SIGMA_DATA);
            double through = t / Math.sqrt(t * t + SIGMA_DATA * SIGMA_DATA);
            NDArray original = converted("mixed_original", out, i, modelOutput, sample, scheduler.prediction);
            try (NDArray bounded = scheduler.clipping.apply(out, original)) {
                return Kernels.sum(out, bounded, through, sample, skip);
            }
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            NDArray denoised = predictedOriginal(out, i, modelOutput, sample);
            if (noise.isEmpty()) {
                return denoised;
            }
            try (denoised) {
                float next = alpha(i + 1);
                return Kernels.sum(out, denoised, root(next), noise.get(), root(1 - next));
            }
        }
    }
}
