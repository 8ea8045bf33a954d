package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * {@code UniPCMultistepScheduler}: each new word of the U-Net first corrects the sample that it was said about (UniC), then predicts the next
 * one (UniP; UniPC, algorithms 5 to 8).
 *
 * @param levels          the noise levels
 * @param prediction      what the U-Net says
 * @param clipping        bounds of the predicted sample
 * @param order           most earlier steps that count
 * @param ofSample        whether the equation is solved in terms of the clean sample, else of the noise
 * @param second          B₂(h) = e^h - 1 in place of B₁(h) = h
 * @param lowerOrderFinal whether the last steps are of lower order
 * @param uncorrected     steps after which nothing is corrected
 */
record UniPcScheduler(Discretization levels, Prediction prediction, Clipping clipping, int order, boolean ofSample, boolean second,
        boolean lowerOrderFinal, Set<Integer> uncorrected) implements Scheduler {

    private static final int HIGHEST_ORDER = 5;

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        String type = Options.oneOf(file, "solver_type", "bh2", "bh1", "bh2", "midpoint", "heun", "logrho");
        boolean ofSample = file.flag("predict_x0", true);
        if (!ofSample && levels.finalSigmaZero()) {
            throw file.wrong("final_sigmas_type", "sigma_min where 'predict_x0' is false, because noise cannot be told from nothing,");
        }
        Set<Integer> uncorrected = new HashSet<>(file.has("disable_corrector") ? file.integers("disable_corrector") : List.of());
        return new UniPcScheduler(levels, prediction, ofSample ? Clipping.dynamicOnly(file) : Clipping.NONE,
                Options.between(file, "solver_order", 2, 1, HIGHEST_ORDER), ofSample, !type.equals("bh1"), file.flag("lower_order_final", true),
                uncorrected);
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        return new UniPc(this, SigmaSteps.multistep(levels, levels.betas().levels(), steps), owner);
    }

    private static final class UniPc extends LevelSolver {
        private final UniPcScheduler scheduler;
        private final Kept said;
        private final Kept start;
        private int order;

        private UniPc(UniPcScheduler scheduler, SigmaSteps steps, NDManager owner) {
            super(steps, scheduler.prediction, scheduler.clipping);
            this.scheduler = scheduler;
            this.said = new Kept(owner, scheduler.order);
            this.start = new Kept(owner, 1);
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            NDArray now = scheduler.ofSample
                    ? predictedOriginal(said.owner(), i, modelOutput, sample)
                    : predictedNoise(said.owner(), i, modelOutput, sample);
            boolean corrects = said.size() > 0 && !scheduler.uncorrected.contains(i - 1);
            start.add(corrects ? corrected(i, now) : Kernels.SCHEDULERS.call(start.owner(), "same", sample));
            said.add(now);
            int most = scheduler.lowerOrderFinal ? Math.min(scheduler.order, calls() - i) : scheduler.order;
            order = Math.min(most, said.size());
            return predicted(out, i);
        }

        private NDArray corrected(int i, NDArray now) {
            UniPcWeights weights = weights(i - 1);
            List<NDArray> terms = terms();
            terms.add(now);
            return Kernels.sum(start.owner(), terms, weights.ofTerms(weights.corrector()));
        }

        private NDArray predicted(NDManager out, int i) {
            UniPcWeights weights = weights(i);
            return Kernels.sum(out, terms(), weights.ofTerms(weights.predictor()));
        }

        /** The sample at the beginning of the step and what the U-Net said, the latest first. */
        private List<NDArray> terms() {
            List<NDArray> terms = new ArrayList<>(List.of(start.get(0)));
            terms.addAll(said.all().subList(0, order));
            return terms;
        }

        private UniPcWeights weights(int i) {
            double[] earlier = new double[order - 1];
            for (int k = 0; k < earlier.length; k++) {
                earlier[k] = level(i - k - 1).lambda();
            }
            return new UniPcWeights(level(i), level(i + 1), earlier, scheduler.ofSample, scheduler.second);
        }
    }
}
