package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.model.sdxl.nn.ConfigFile;
import org.refract.model.sdxl.schedulers.SigmaSteps.Whole;

/**
 * {@code KDPM2DiscreteScheduler} and {@code KDPM2AncestralDiscreteScheduler}: the slope in the middle of a step, which lies half way in log σ,
 * carries the sample over the whole step (DPM-Solver-2 as in k-diffusion). The ancestral one goes to {@code σ_down} and adds fresh noise.
 *
 * @param levels     the noise levels
 * @param prediction what the U-Net says
 * @param ancestral  whether each step adds fresh noise
 */
record Dpm2Scheduler(Discretization levels, Prediction prediction, boolean ancestral) implements Scheduler {

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) {
        return new Dpm2Scheduler(levels, prediction, false);
    }

    static Scheduler readAncestral(ConfigFile file, Discretization levels, Prediction prediction) {
        return new Dpm2Scheduler(levels, prediction, true);
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        SigmaSteps whole = SigmaSteps.euler(levels, steps, Whole.ROUND);
        NoiseSchedule noise = new NoiseSchedule(levels.betas(), true);
        SigmaSteps calls = whole.twice();
        float[] input = calls.sigmas().clone();
        for (int k = 0; k + 1 < whole.timesteps().length; k++) {
            input[2 * k + 1] = middle(whole.sigmas()[k], step(whole, k).down());
            calls.timesteps()[2 * k + 1] = noise.timestep(input[2 * k + 1]);
        }
        return new Dpm2(this, calls, input, owner);
    }

    private AncestralStep step(SigmaSteps whole, int k) {
        return ancestral ? AncestralStep.of(whole.sigmas()[k], whole.sigmas()[k + 1]) : new AncestralStep(0, whole.sigmas()[k + 1]);
    }

    private static float middle(float from, float to) {
        return (float) Math.exp(((float) Math.log(from) + (float) Math.log(to)) / 2);
    }

    private static final class Dpm2 extends SigmaSolver {
        private final boolean ancestral;
        private final float[] input;
        private final Kept start;

        private Dpm2(Dpm2Scheduler scheduler, SigmaSteps calls, float[] input, NDManager owner) {
            super(scheduler.levels, scheduler.prediction, calls, Clipping.NONE);
            this.ancestral = scheduler.ancestral;
            this.input = input;
            this.start = new Kept(owner, 1);
        }

        @Override
        public int order() {
            return 2;
        }

        @Override
        public boolean drawsNoise(int i) {
            return ancestral && i % 2 == 1;
        }

        @Override
        float inputSigma(int i) {
            return input[i];
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            try (NDArray slope = derivative(out, i, modelOutput, sample)) {
                if (i % 2 == 0) {
                    start.add(Kernels.SCHEDULERS.call(start.owner(), "same", sample));
                    return along(out, sample, slope, input[i + 1] - sigma(i));
                }
                if (!ancestral) {
                    return along(out, start.get(0), slope, sigma(i) - sigma(i - 1));
                }
                AncestralStep step = AncestralStep.of(sigma(i - 1), sigma(i));
                try (NDArray down = along(out, start.get(0), slope, step.down() - sigma(i - 1))) {
                    return along(out, down, noise.orElseThrow(), step.up());
                }
            }
        }
    }
}
