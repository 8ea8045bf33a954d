package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * {@code DEISMultistepScheduler}: with {@code ρ = σ̄/α}, {@code x'/α' = x/α + Σⱼ εⱼ ∫ ℓⱼ(log ρ) dρ} over the step, where ℓ are the polynomials
 * in log ρ through the noise that the U-Net saw in this step and in earlier ones (Fast Sampling of Diffusion Models with Exponential
 * Integrator, AB-DEIS). Its last step ends at the smallest sigma.
 *
 * @param levels          the noise levels
 * @param prediction      what the U-Net says
 * @param clipping        bounds of the predicted sample
 * @param order           how many words of the U-Net count
 * @param lowerOrderFinal whether the last of few steps are of lower order
 */
record DeisScheduler(Discretization levels, Prediction prediction, Clipping clipping, int order, boolean lowerOrderFinal) implements Scheduler {

    private static final int HIGHEST_ORDER = 3;
    /** diffusers: from so many steps on, the last ones may be of full order. */
    private static final int MANY_STEPS = 15;

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        Options.oneOf(file, "algorithm_type", "deis", "deis", "dpmsolver", "dpmsolver++");
        Options.oneOf(file, "solver_type", "logrho", "logrho", "midpoint", "heun", "bh1", "bh2");
        return new DeisScheduler(levels.endingAtSmallestSigma(), prediction, Clipping.dynamicOnly(file),
                Options.between(file, "solver_order", 2, 1, HIGHEST_ORDER), file.flag("lower_order_final", true));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        return new Deis(this, SigmaSteps.multistep(levels, levels.betas().levels(), steps), owner);
    }

    private static final class Deis extends LevelSolver {
        private final DeisScheduler scheduler;
        private final Kept seen;

        private Deis(DeisScheduler scheduler, SigmaSteps steps, NDManager owner) {
            super(steps, scheduler.prediction, scheduler.clipping);
            this.scheduler = scheduler;
            this.seen = new Kept(owner, scheduler.order);
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            seen.add(predictedNoise(seen.owner(), i, modelOutput, sample));
            boolean few = scheduler.lowerOrderFinal && calls() < MANY_STEPS;
            int order = Math.min(few ? calls() - i : scheduler.order, seen.size());
            List<NDArray> terms = new ArrayList<>(List.of(sample));
            terms.addAll(seen.all().subList(0, order));
            return Kernels.sum(out, terms, weights(i, order));
        }

        /** Of the sample and of the noises, the latest first. Points are counted in log ρ from where the step begins. */
        private double[] weights(int i, int order) {
            double[] points = new double[order];
            for (int j = 0; j < order; j++) {
                points[j] = (double) level(i).lambda() - level(i - j).lambda();
            }
            double end = (double) level(i).lambda() - level(i + 1).lambda();
            double keep = (double) level(i + 1).alpha() / level(i).alpha();
            double[] weights = new double[order + 1];
            weights[0] = keep;
            for (int j = 0; j < order; j++) {
                weights[j + 1] = keep * level(i).sigma() * Polynomial.through(points, j).integralTimesExp(0, end);
            }
            return weights;
        }
    }
}
