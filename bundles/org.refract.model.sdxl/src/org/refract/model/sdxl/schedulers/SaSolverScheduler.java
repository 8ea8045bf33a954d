package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * {@code SASolverScheduler}: Adams' methods for the stochastic equation whose noise is τ times that of training. Each new word of the U-Net
 * first corrects the sample that it was said about, with the noise that led there, then predicts the next one with fresh noise (SA-Solver:
 * Stochastic Adams Solver for Fast Sampling of Diffusion Models, algorithm 1). Its last step ends at the smallest sigma.
 *
 * @param levels          the noise levels
 * @param prediction      what the U-Net says
 * @param clipping        bounds of the predicted sample
 * @param predictor       how many words of the U-Net count for the prediction
 * @param corrector       how many count for the correction, the new one among them
 * @param ofSample        whether the equation is solved in terms of the clean sample, else of the noise
 * @param lowerOrderFinal whether the last steps are of lower order
 * @param tau             share of fresh noise from timestep 200 to 800 of 1000
 */
record SaSolverScheduler(Discretization levels, Prediction prediction, Clipping clipping, int predictor, int corrector, boolean ofSample,
        boolean lowerOrderFinal, double tau) implements Scheduler {

    private static final int HIGHEST_ORDER = 4;
    private static final double FIRST_WITH_NOISE = 200;
    private static final double LAST_WITH_NOISE = 800;

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        boolean ofSample = Options.oneOf(file, "algorithm_type", "data_prediction", "data_prediction", "noise_prediction").equals("data_prediction");
        return new SaSolverScheduler(levels.endingAtSmallestSigma(), prediction, ofSample ? Clipping.dynamicOnly(file) : Clipping.NONE,
                Options.between(file, "predictor_order", 2, 1, HIGHEST_ORDER), Options.between(file, "corrector_order", 2, 1, HIGHEST_ORDER),
                ofSample, file.flag("lower_order_final", true), Options.share(file, "eta", 1));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        int last = levels.betas().levels() - new NoiseSchedule(levels.betas(), true).clipped(levels.lambdaMin());
        return new SaSolver(this, SigmaSteps.multistep(levels, last, steps), owner);
    }

    private static final class SaSolver extends LevelSolver {
        private final SaSolverScheduler scheduler;
        private final Kept said;
        private final Kept start;
        private final Kept drawn;

        private SaSolver(SaSolverScheduler scheduler, SigmaSteps steps, NDManager owner) {
            super(steps, scheduler.prediction, scheduler.clipping);
            this.scheduler = scheduler;
            this.said = new Kept(owner, Math.max(scheduler.predictor, scheduler.corrector));
            this.start = new Kept(owner, 1);
            this.drawn = new Kept(owner, 1);
        }

        /** As diffusers, also where the equation has no noise. */
        @Override
        public boolean drawsNoise(int i) {
            return true;
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            said.add(scheduler.ofSample
                    ? predictedOriginal(said.owner(), i, modelOutput, sample)
                    : predictedNoise(said.owner(), i, modelOutput, sample));
            start.add(start.size() > 0
                    ? moved(start.owner(), i - 1, order(scheduler.corrector, calls() - i + 2), i)
                    : Kernels.SCHEDULERS.call(start.owner(), "same", sample));
            drawn.add(Kernels.SCHEDULERS.call(drawn.owner(), "same", noise.orElseThrow()));
            return moved(out, i, order(scheduler.predictor, calls() - i), i);
        }

        private int order(int most, int left) {
            return Math.min(scheduler.lowerOrderFinal ? Math.min(most, left) : most, said.size());
        }

        /** From the start over step i, by so many of the last words, of which the latest was said at a call. */
        private NDArray moved(NDManager out, int i, int order, int latest) {
            List<NDArray> terms = new ArrayList<>(List.of(start.get(0), drawn.get(0)));
            terms.addAll(said.all().subList(0, order));
            double[] lambdas = new double[order];
            for (int j = 0; j < order; j++) {
                lambdas[j] = level(latest - j).lambda();
            }
            double t = timesteps()[i];
            double now = t >= FIRST_WITH_NOISE && t <= LAST_WITH_NOISE ? scheduler.tau : 0;
            return Kernels.sum(out, terms, new SaWeights(level(i), level(i + 1), now, scheduler.ofSample).ofTerms(lambdas));
        }
    }
}
