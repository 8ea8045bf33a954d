package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.model.sdxl.schedulers.SigmaSteps.Whole;
import org.refract.nn.ConfigFile;

/**
 * {@code DPMSolverSinglestepScheduler}, "DPM++ 2S" and "3S": steps in groups of rising order, each from the sample at the beginning of its
 * group (DPM-Solver++, algorithm 1). Its timesteps are spaced evenly whatever the file says.
 *
 * @param levels     the noise levels
 * @param prediction what the U-Net says
 * @param clipping   bounds of the predicted sample
 * @param options    order and equation
 */
record DpmSolverSinglestepScheduler(Discretization levels, Prediction prediction, Clipping clipping, DpmOptions options) implements Scheduler {

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        Options.oneOf(file, "algorithm_type", "dpmsolver++", "dpmsolver++", "sde-dpmsolver++", "dpmsolver", "deis");
        return new DpmSolverSinglestepScheduler(levels, prediction, Clipping.dynamicOnly(file), DpmOptions.read(file, levels, false));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        int train = levels.betas().levels();
        int last = train - new NoiseSchedule(levels.betas(), true).clipped(levels.lambdaMin());
        double[] timesteps = levels.chosen().isEmpty() ? Spacing.LINSPACE.timestepsOfOneMore(last, train, steps, 0) : levels.timesteps(steps);
        Whole whole = levels.curve().rounds() ? Whole.ROUND : Whole.TRUNCATE;
        return new Singlestep(this, SigmaSteps.dpm(levels, timesteps, whole, false), owner);
    }

    /** The order of each step: 1, 2, 3, 1, 2, 3 ... with lower ones at the end. */
    int[] orders(int steps) {
        int order = options.order();
        boolean lower = options.lowerOrderFinal() || steps % order != 0 || levels.finalSigmaZero();
        int[] orders = new int[steps];
        for (int i = 0; i < steps; i++) {
            orders[i] = i % order + 1;
        }
        if (lower && order > 1 && steps % order == 0) {
            orders[steps - 1] = 1;
        }
        if (levels.finalSigmaZero()) {
            orders[steps - 1] = 1;
        }
        return orders;
    }

    private static final class Singlestep extends DpmSolver {
        private final int[] orders;
        private final Kept start;

        private Singlestep(DpmSolverSinglestepScheduler scheduler, SigmaSteps steps, NDManager owner) {
            super(steps, scheduler.prediction, scheduler.clipping, scheduler.options, owner);
            this.orders = scheduler.orders(steps.timesteps().length);
            this.start = new Kept(owner, 1);
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            remember(i, modelOutput, sample);
            int order = Math.min(orders[i], remembered());
            if (order == 1) {
                start.add(Kernels.SCHEDULERS.call(start.owner(), "same", sample));
            }
            DpmWeights w = DpmWeights.of(options().algorithm(), level(i + 1 - order), level(i + 1));
            return combined(out, start.get(0), w, ofSaid(w, i, order), noise);
        }

        /** The weights of what the U-Net said, the latest first; the eldest of a group stands at its beginning. */
        private double[] ofSaid(DpmWeights w, int i, int order) {
            double d1 = options().heun() ? w.heun1() : w.d1();
            return switch (order) {
                case 1 -> new double[] {w.d0()};
                case 2 -> new double[] {d1 / share(i, i, 2), w.d0() - d1 / share(i, i, 2)};
                default -> third(w, share(i, i, 3), share(i, i - 1, 3));
            };
        }

        /** {@code D₁ = (r₀ D₁₀ - r₁ D₁₁) / (r₀ - r₁)} and {@code D₂ = 2 (D₁₁ - D₁₀) / (r₀ - r₁)}; by the midpoint rule D₁₁ alone. */
        private double[] third(DpmWeights w, double r0, double r1) {
            double near = options().heun() ? (-w.heun1() * r1 + 2 * w.d2()) / (r0 - r1) : w.heun1();
            double far = options().heun() ? (w.heun1() * r0 - 2 * w.d2()) / (r0 - r1) : 0;
            return new double[] {near / r0, far / r1, w.d0() - near / r0 - far / r1};
        }

        /** The way in λ from the beginning of the group to a level, as a share of the way to its end. */
        private double share(int i, int to, int order) {
            Level from = level(i + 1 - order);
            return ((double) level(to).lambda() - from.lambda()) / ((double) level(i + 1).lambda() - from.lambda());
        }
    }
}
