package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.model.sdxl.schedulers.SigmaSteps.Whole;
import org.refract.nn.ConfigFile;

/**
 * {@code KDPM2DiscreteScheduler} and {@code KDPM2AncestralDiscreteScheduler}: the slope in the middle of a step, which lies half way in log σ,
 * carries the sample over the whole step (DPM-Solver-2 as in k-diffusion). The ancestral one goes to {@code σ_down} and adds fresh noise.
 *
 * @param levels     the noise levels
 * @param prediction what the U-Net says
 * @param eta        share of fresh noise, 0 to 1
 */
record Dpm2Scheduler(Discretization levels, Prediction prediction, double eta) implements Scheduler {

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) {
        return new Dpm2Scheduler(levels, prediction, 0);
    }

    static Scheduler readAncestral(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        return new Dpm2Scheduler(levels, prediction, Options.share(file, "eta", 1));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        return new Dpm2(this, SigmaSteps.euler(levels, steps, Whole.ROUND), owner);
    }

    private static final class Dpm2 extends AncestralMiddleSolver {

        private Dpm2(Dpm2Scheduler scheduler, SigmaSteps whole, NDManager owner) {
            super(scheduler.levels, scheduler.prediction, whole, scheduler.eta, owner);
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            try (NDArray slope = derivative(out, i, modelOutput, sample)) {
                if (i % 2 == 0) {
                    begin(sample);
                    return along(out, sample, slope, inputSigma(i + 1) - sigma(i));
                }
                AncestralStep step = endingWith(i);
                NDArray down = along(out, start(), slope, step.down() - sigma(i - 1));
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
