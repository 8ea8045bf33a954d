package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * {@code PNDMScheduler}, "PLMS": a linear multistep method of order 4 whose slope is the noise that the U-Net sees, and whose step is that of
 * DDIM, {@code x' = √(ᾱ'/ᾱ) x - (ᾱ' - ᾱ) ε / (ᾱ √(1 - ᾱ') + √(ᾱ (1 - ᾱ) ᾱ'))} (Pseudo Numerical Methods for Diffusion Models on Manifolds,
 * equations 9 and 12). As there are no slopes to begin with, the first step is taken twice, the second time with the mean of the slopes at
 * both its ends; or the first three are of Runge and Kutta, four calls each (equation 13, algorithm 2).
 *
 * @param levels        the noise levels
 * @param prediction    what the U-Net says
 * @param skipPrk       whether the first step is taken twice in place of Runge and Kutta's
 * @param setAlphaToOne whether the last step ends without noise
 */
record PndmScheduler(Discretization levels, Prediction prediction, boolean skipPrk, boolean setAlphaToOne) implements Scheduler {

    /** Calls of a step of Runge and Kutta. */
    private static final int STAGES = 4;
    /** Steps of Runge and Kutta. */
    private static final int PRK_STEPS = 3;

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        return new PndmScheduler(levels, prediction, file.flag("skip_prk_steps", false), file.flag("set_alpha_to_one", false));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        if (!skipPrk && steps <= PRK_STEPS) {
            throw RefractException.usage("%d steps cannot be taken with steps of Runge and Kutta: choose %d or more, or add skip_prk_steps=true.",
                    steps, PRK_STEPS + 1);
        }
        return new Pndm(this, calls(Spacing.rounded(levels.timesteps(steps)), levels.betas().levels() / steps / 2), steps, owner);
    }

    /** The timesteps of all calls; {@code half} of a step lies between those of one step of Runge and Kutta. */
    private double[] calls(double[] timesteps, int half) {
        List<Double> calls = new ArrayList<>();
        for (int i = 0; i < timesteps.length; i++) {
            if (!skipPrk && i < PRK_STEPS) {
                double middle = timesteps[i + 1] + half;
                calls.addAll(List.of(timesteps[i], middle, middle, timesteps[i + 1]));
            } else {
                calls.add(timesteps[i]);
                if (skipPrk && i == 1) {
                    calls.add(timesteps[i]);
                }
            }
        }
        return calls.stream().mapToDouble(t -> t).toArray();
    }

    private static final class Pndm extends AlphasCumprodSolver {
        private static final double[][] ADAMS_BASHFORTH = {{1}, {3 / 2., -1 / 2.}, {23 / 12., -16 / 12., 5 / 12.},
            {55 / 24., -59 / 24., 37 / 24., -9 / 24.}};
        private static final double[] RUNGE_KUTTA = {1 / 6., 1 / 3., 1 / 3., 1 / 6.};

        private final PndmScheduler scheduler;
        private final int stride;
        private final int prkCalls;
        /** Slopes at the beginnings of steps. */
        private final Kept slopes;
        /** What the U-Net said within the step. */
        private final Kept stages;
        private final Kept start;
        private int taken;

        private Pndm(PndmScheduler scheduler, double[] timesteps, int steps, NDManager owner) {
            super(scheduler.levels.betas(), timesteps);
            this.scheduler = scheduler;
            this.stride = scheduler.levels.betas().levels() / steps;
            this.prkCalls = scheduler.skipPrk ? 0 : PRK_STEPS * STAGES;
            this.slopes = new Kept(owner, ADAMS_BASHFORTH.length);
            this.stages = new Kept(owner, STAGES);
            this.start = new Kept(owner, 1);
        }

        @Override
        public boolean drawsNoise(int i) {
            return false;
        }

        @Override
        public boolean endsStep(int i) {
            return i < prkCalls ? i % STAGES == STAGES - 1 : !scheduler.skipPrk || i > 0 || calls() == 1;
        }

        /** A run that begins in the middle begins with a whole step of Runge and Kutta, or after them. */
        @Override
        public int first(int steps, double strength) {
            int skipped = steps - Math.min((int) (steps * strength), steps);
            return scheduler.skipPrk ? skipped : Math.min(skipped, PRK_STEPS) * STAGES + Math.max(0, skipped - PRK_STEPS);
        }

        @Override
        public int firstBelow(double cutoff) {
            int first = super.firstBelow(cutoff);
            return first < prkCalls ? (first + STAGES - 1) / STAGES * STAGES : first;
        }

        @Override
        public NDArray predictedOriginal(NDManager out, int i, NDArray modelOutput, NDArray sample) {
            return converted("mixed_original", out, i, modelOutput, sample, scheduler.prediction);
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            return i < prkCalls ? prk(out, i, modelOutput, sample) : plms(out, i, modelOutput, sample);
        }

        private NDArray prk(NDManager out, int i, NDArray modelOutput, NDArray sample) {
            int stage = i % STAGES;
            stages.add(Kernels.SCHEDULERS.call(stages.owner(), "same", modelOutput));
            if (stage == 0) {
                slopes.add(Kernels.SCHEDULERS.call(slopes.owner(), "same", modelOutput));
                start.add(Kernels.SCHEDULERS.call(start.owner(), "same", sample));
            }
            int from = (int) timesteps()[i - stage];
            int to = (int) timesteps()[i] - (i % 2 == 0 ? stride / 2 : 0);
            if (stage < STAGES - 1) {
                return moved(out, modelOutput, start.get(0), from, to);
            }
            try (NDArray mean = Kernels.sum(out, stages.all(), RUNGE_KUTTA)) {
                return moved(out, mean, start.get(0), from, to);
            }
        }

        private NDArray plms(NDManager out, int i, NDArray modelOutput, NDArray sample) {
            int now = (int) timesteps()[i];
            boolean again = scheduler.skipPrk && taken == 1;
            taken++;
            if (again) {
                try (NDArray mean = Kernels.sum(out, modelOutput, 0.5, slopes.get(0), 0.5)) {
                    return moved(out, mean, start.get(0), now + stride, now);
                }
            }
            slopes.add(Kernels.SCHEDULERS.call(slopes.owner(), "same", modelOutput));
            if (taken == 1) {
                start.add(Kernels.SCHEDULERS.call(start.owner(), "same", sample));
            }
            try (NDArray slope = Kernels.sum(out, slopes.all(), ADAMS_BASHFORTH[slopes.size() - 1])) {
                return moved(out, slope, sample, now, now - stride);
            }
        }

        /** Equation 9. */
        private NDArray moved(NDManager out, NDArray said, NDArray sample, int from, int to) {
            float now = alphaOf(from);
            float next = to >= 0 ? alphaOf(to) : scheduler.setAlphaToOne ? 1 : alphaOf(0);
            try (NDArray slope = Kernels.SCHEDULERS.call(out, "mixed_noise", said, sample, root(now), root(1 - now), scheduler.prediction.kind())) {
                double by = now * root(1 - next) + Math.sqrt((double) now * (1 - now) * next);
                return Kernels.sum(out, sample, root(next / now), slope, -(next - now) / by);
            }
        }
    }
}
