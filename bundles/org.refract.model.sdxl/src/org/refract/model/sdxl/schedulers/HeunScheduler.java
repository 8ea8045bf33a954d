package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * {@code HeunDiscreteScheduler}: a step of Euler's method, then the same step with the mean of the slopes at both ends (Karras et al. 2022,
 * algorithm 1 without churn).
 *
 * @param levels     the noise levels
 * @param prediction what the U-Net says
 * @param clipping   bounds of the predicted sample
 */
record HeunScheduler(Discretization levels, Prediction prediction, Clipping clipping) implements Scheduler {

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        return new HeunScheduler(levels, prediction, Clipping.rangeOnly(file));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        return new Heun(this, SigmaSteps.euler(levels, steps, SigmaSteps.Whole.NO).twice(), owner);
    }

    private static final class Heun extends SigmaSolver {
        private final Kept start;
        private final Kept slope;

        private Heun(HeunScheduler scheduler, SigmaSteps steps, NDManager owner) {
            super(scheduler.levels, scheduler.prediction, steps, scheduler.clipping);
            this.start = new Kept(owner, 1);
            this.slope = new Kept(owner, 1);
        }

        @Override
        public int order() {
            return 2;
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            NDArray here = derivative(out, i, modelOutput, sample);
            if (i % 2 == 0) {
                start.add(Kernels.SCHEDULERS.call(start.owner(), "same", sample));
                slope.add(here);
                return along(out, sample, here, sigma(i + 1) - sigma(i));
            }
            try (here; NDArray mean = Kernels.sum(out, slope.get(0), 0.5, here, 0.5)) {
                return along(out, start.get(0), mean, sigma(i) - sigma(i - 1));
            }
        }
    }
}
