package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.model.sdxl.schedulers.SigmaSteps.Whole;
import org.refract.nn.ConfigFile;

/**
 * {@code DPMPP2SAncestralSampler} of sgm, "DPM++ 2S a": with the sample without noise as the U-Net sees it in the middle of the step, x̂ₘ,
 * {@code x' = σ_down/σ x + (1 - σ_down/σ) x̂ₘ + σ_up n} (DPM-Solver++, algorithm 1 with r = 1/2, down to the {@link AncestralStep} of
 * k-diffusion). The way to the middle and the last step, which ends without noise, are of the same form with x̂ of where they begin. diffusers
 * has no such class.
 *
 * @param levels     the noise levels
 * @param prediction what the U-Net says
 * @param eta        share of fresh noise, 0 to 1
 */
record Dpmpp2sAncestralScheduler(Discretization levels, Prediction prediction, double eta) implements Scheduler {

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        return new Dpmpp2sAncestralScheduler(levels, prediction, Options.share(file, "eta", 1));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        return new Dpmpp2sAncestral(this, SigmaSteps.euler(levels, steps, Whole.NO), owner);
    }

    private static final class Dpmpp2sAncestral extends AncestralMiddleSolver {

        private Dpmpp2sAncestral(Dpmpp2sAncestralScheduler scheduler, SigmaSteps whole, NDManager owner) {
            super(scheduler.levels, scheduler.prediction, whole, scheduler.eta, owner);
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            try (NDArray original = predictedOriginal(out, i, modelOutput, sample)) {
                if (i % 2 == 1) {
                    AncestralStep step = endingWith(i);
                    double keep = (double) step.down() / sigma(i - 1);
                    return noise.isEmpty()
                            ? Kernels.sum(out, start(), keep, original, 1 - keep)
                            : Kernels.sum(out, List.of(start(), original, noise.get()), keep, 1 - keep, step.up());
                }
                begin(sample);
                double keep = sigma(i + 1) > 0 ? (double) inputSigma(i + 1) / sigma(i) : 0;
                return Kernels.sum(out, sample, keep, original, 1 - keep);
            }
        }
    }
}
