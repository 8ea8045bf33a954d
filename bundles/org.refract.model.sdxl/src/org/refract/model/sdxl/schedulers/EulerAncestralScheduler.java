package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.refract.api.RefractException;

/**
 * {@code EulerAncestralDiscreteScheduler}: a step of Euler's method to {@code σ_down}, then noise of {@code σ_up}, with
 * {@code σ_up² = σ'² (σ² - σ'²) / σ²} and {@code σ_down² = σ'² - σ_up²} (k-diffusion, after Denoising Diffusion Implicit Models with η = 1).
 *
 * @param config spacing, prediction type and noise
 */
record EulerAncestralScheduler(SchedulerConfig config) implements Scheduler {

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        Spacing.check(config, steps);
        return new EulerAncestral(config, SigmaSteps.euler(config, steps));
    }

    private static final class EulerAncestral extends EulerSolver {

        private EulerAncestral(SchedulerConfig config, SigmaSteps steps) {
            super(config, steps);
        }

        @Override
        public boolean drawsNoise(int i) {
            return true;
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            float from = sigma(i);
            float to = sigma(i + 1);
            float up = (float) Math.sqrt(to * to * (from * from - to * to) / (from * from));
            float down = (float) Math.sqrt(to * to - up * up);
            return KERNELS.call(out, "euler_ancestral_step", modelOutput, sample, noise.orElseThrow(), (double) from, (double) (down - from),
                    (double) up, predictsV());
        }
    }
}
