package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.model.sdxl.nn.ConfigFile;
import org.refract.model.sdxl.schedulers.SigmaSteps.Whole;

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
        NoiseSchedule noise = new NoiseSchedule(levels.betas(), true);
        SigmaSteps calls = whole.twice();
        float[] input = calls.sigmas().clone();
        for (int k = 0; k + 1 < whole.timesteps().length; k++) {
            double t = -Math.log(whole.sigmas()[k]);
            double middle = t + (-Math.log(whole.sigmas()[k + 1]) - t) / 2;
            input[2 * k + 1] = (float) Math.exp(-middle);
            calls.timesteps()[2 * k + 1] = noise.timestep(Math.exp(-middle));
        }
        return new DpmSde(this, calls, input, owner);
    }

    private static final class DpmSde extends SigmaSolver {
        private final float[] input;
        private final Kept start;
        private final Kept path;

        private DpmSde(DpmSolverSdeScheduler scheduler, SigmaSteps calls, float[] input, NDManager owner) {
            super(scheduler.levels, scheduler.prediction, calls, Clipping.NONE);
            this.input = input;
            this.start = new Kept(owner, 1);
            this.path = new Kept(owner, 1);
        }

        @Override
        public int order() {
            return 2;
        }

        @Override
        public boolean drawsNoise(int i) {
            return i % 2 == 1 || sigma(i + 1) > 0;
        }

        @Override
        float inputSigma(int i) {
            return input[i];
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            try (NDArray original = predictedOriginal(out, i, modelOutput, sample)) {
                if (!drawsNoise(i)) {
                    try (NDArray slope = derivative(out, i, modelOutput, sample)) {
                        return along(out, sample, slope, -sigma(i));
                    }
                }
                if (i % 2 == 0) {
                    start.add(Kernels.SCHEDULERS.call(start.owner(), "same", sample));
                    path.add(Kernels.sum(path.owner(), List.of(noise.orElseThrow()), Math.sqrt(sigma(i) - input[i + 1])));
                    return move(out, sample, original, sigma(i), input[i + 1]);
                }
                path.add(Kernels.sum(path.owner(), path.get(0), 1, noise.orElseThrow(), Math.sqrt(input[i] - sigma(i))));
                return move(out, start.get(0), original, sigma(i - 1), sigma(i));
            }
        }

        /** {@code σ_down/σ x - (e^(t - t_down) - 1) x₀ + σ_up W / √(σ - σ')} with {@code t = -log σ}. */
        private NDArray move(NDManager out, NDArray from, NDArray original, float sigma, float next) {
            AncestralStep step = AncestralStep.of(sigma, next);
            double keep = step.down() / sigma;
            double grow = Math.expm1(Math.log(step.down()) - Math.log(sigma));
            return Kernels.sum(out, List.of(from, original, path.get(0)), keep, -grow, step.up() / Math.sqrt(sigma - next));
        }
    }
}
