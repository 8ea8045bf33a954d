package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.refract.api.RefractException;

/**
 * {@code EulerDiscreteScheduler}: {@code x += (x - x̂₀) / σ · (σ' - σ)} (Karras et al. 2022, algorithm 2 without churn and correction).
 *
 * @param config spacing, prediction type and noise
 */
record EulerScheduler(SchedulerConfig config) implements Scheduler {

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        Spacing.check(config, steps);
        return new Euler(config, SigmaSteps.euler(config, steps));
    }

    private static final class Euler extends EulerSolver {

        private Euler(SchedulerConfig config, SigmaSteps steps) {
            super(config, steps);
        }

        @Override
        public boolean drawsNoise(int i) {
            return false;
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            float sigma = sigma(i);
            float dt = sigma(i + 1) - sigma;
            return KERNELS.call(out, "euler_step", modelOutput, sample, (double) sigma, (double) dt, predictsV());
        }
    }
}
