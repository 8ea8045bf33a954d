package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * {@code EulerDiscreteScheduler}: {@code x += (x - x̂₀) / σ · (σ' - σ)} (Karras et al. 2022, algorithm 2 without churn and correction), and
 * {@code EulerAncestralDiscreteScheduler}: the same down to the {@code σ_down} of the
 * {@link AncestralStep}, then noise of {@code σ_up}.
 *
 * @param levels     the noise levels
 * @param prediction what the U-Net says
 * @param eta        share of fresh noise, 0 to 1
 */
record EulerScheduler(Discretization levels, Prediction prediction, double eta) implements Scheduler {

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        Options.oneOf(file, "interpolation_type", "linear", "linear");
        Options.oneOf(file, "timestep_type", "discrete", "discrete");
        return new EulerScheduler(levels, prediction, 0);
    }

    static Scheduler readAncestral(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        return new EulerScheduler(levels, prediction, Options.share(file, "eta", 1));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        return new Euler(this, SigmaSteps.euler(levels, steps, SigmaSteps.Whole.NO));
    }

    private static final class Euler extends SigmaSolver {
        private final double eta;

        private Euler(EulerScheduler scheduler, SigmaSteps steps) {
            super(scheduler.levels, scheduler.prediction, steps, Clipping.NONE);
            this.eta = scheduler.eta;
        }

        @Override
        public boolean drawsNoise(int i) {
            return eta > 0;
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            AncestralStep step = AncestralStep.of(sigma(i), sigma(i + 1), eta);
            try (NDArray slope = derivative(out, i, modelOutput, sample)) {
                NDArray down = along(out, sample, slope, step.down() - sigma(i));
                if (noise.isEmpty()) {
                    return down;
                }
                try (down) {
                    return along(out, down, noise.get(), step.up());
                }
            }
        }
    }
}
