package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.model.sdxl.schedulers.SigmaSteps.Whole;
import org.refract.nn.ConfigFile;

/**
 * {@code DPMSolverSDEScheduler}, "DPM++ SDE": DPM-Solver++ (stochastic), 2S, as in k-diffusion.
 *
 * <p>Both calls of a step want noise of one Brownian motion in σ: the first over the way to the middle, the second over the whole way. It
 * is built from one fresh unit noise {@code n} per call: {@code W₁ = √(σ - σₘ) n₁}, {@code W₂ = W₁ + √(σₘ - σ') n₂}. diffusers takes the
 * same motion from the library torchsde with a seed of its own, so that the pictures of a seed differ while their distribution does not.
 *
 * @param levels     the noise levels
 * @param prediction what the U-Net says
 */
record DpmSolverSdeScheduler(Discretization levels, Prediction prediction) implements Scheduler {

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) {
        return new DpmSolverSdeScheduler(levels, prediction);
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        SigmaSteps whole = SigmaSteps.euler(levels, steps, Whole.NO);
        return new DpmSde(this, MiddleSteps.of(levels, whole, (from, to) -> to), owner);
    }

    private static final class DpmSde extends MiddleSolver {
        private final Kept path;

        private DpmSde(DpmSolverSdeScheduler scheduler, MiddleSteps steps, NDManager owner) {
            super(scheduler.levels, scheduler.prediction, steps, owner);
            this.path = new Kept(owner, 1);
        }

        @Override
        public boolean drawsNoise(int i) {
            return i % 2 == 1 || sigma(i + 1) > 0;
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            if (noise.isEmpty()) {
                return predictedOriginal(out, i, modelOutput, sample);
            }
            try (NDArray original = predictedOriginal(out, i, modelOutput, sample)) {
                if (i % 2 == 0) {
                    begin(sample);
                    path.add(Kernels.sum(path.owner(), List.of(noise.get()), Math.sqrt(sigma(i) - inputSigma(i + 1))));
                    return move(out, original, sigma(i), inputSigma(i + 1));
                }
                path.add(Kernels.sum(path.owner(), path.get(0), 1, noise.get(), Math.sqrt(inputSigma(i) - sigma(i))));
                return move(out, original, sigma(i - 1), sigma(i));
            }
        }

        /** {@code σ_down/σ x + (1 - σ_down/σ) x̂₀ + σ_up W / √(σ - σ')}. */
        private NDArray move(NDManager out, NDArray original, float sigma, float next) {
            AncestralStep step = AncestralStep.of(sigma, next);
            double keep = (double) step.down() / sigma;
            return Kernels.sum(out, List.of(start(), original, path.get(0)), keep, 1 - keep, step.up() / Math.sqrt(sigma - next));
        }
    }
}
