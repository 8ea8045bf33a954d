package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * {@code LMSDiscreteScheduler}: linear multistep of order 4 (Adams and Bashforth): the polynomial through the last slopes is integrated over
 * the step.
 *
 * @param levels     the noise levels
 * @param prediction what the U-Net says
 */
record LmsScheduler(Discretization levels, Prediction prediction) implements Scheduler {

    private static final int ORDER = 4;

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) {
        return new LmsScheduler(levels, prediction);
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        return new Lms(this, SigmaSteps.euler(levels, steps, SigmaSteps.Whole.NO), owner);
    }

    private static final class Lms extends SigmaSolver {
        private final Kept slopes;

        private Lms(LmsScheduler scheduler, SigmaSteps steps, NDManager owner) {
            super(scheduler.levels, scheduler.prediction, steps, Clipping.NONE);
            this.slopes = new Kept(owner, ORDER);
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            slopes.add(derivative(slopes.owner(), i, modelOutput, sample));
            int order = Math.min(i + 1, ORDER);
            List<NDArray> terms = new ArrayList<>(List.of(sample));
            terms.addAll(slopes.all());
            double[] weights = new double[terms.size()];
            weights[0] = 1;
            for (int j = 1; j < weights.length; j++) {
                weights[j] = weight(i, order, j - 1);
            }
            return Kernels.sum(out, terms, weights);
        }

        /** The integral from σᵢ to σᵢ₊₁ of the polynomial that is 1 at σᵢ₋ⱼ and 0 at the other last sigmas. */
        private double weight(int i, int order, int j) {
            double[] points = new double[order];
            for (int k = 0; k < order; k++) {
                points[k] = sigma(i - k);
            }
            return Polynomial.through(points, j).integral(sigma(i), sigma(i + 1));
        }
    }
}
