package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.model.sdxl.schedulers.SigmaSteps.Whole;
import org.refract.nn.ConfigFile;

/**
 * {@code DPMSolverMultistepScheduler}, "DPM++ 2M", "2M SDE" and "3M SDE": the derivatives come from what the U-Net said in earlier steps
 * (DPM-Solver++, algorithm 2).
 *
 * @param levels     the noise levels
 * @param prediction what the U-Net says
 * @param clipping   bounds of the predicted sample
 * @param options    order and equation
 */
record DpmSolverMultistepScheduler(Discretization levels, Prediction prediction, Clipping clipping, DpmOptions options) implements Scheduler {

    /** diffusers: from so many steps on, the last ones may be of full order. */
    private static final int MANY_STEPS = 15;

    static Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        return new DpmSolverMultistepScheduler(levels, prediction, Clipping.dynamicOnly(file), DpmOptions.read(file, levels, true));
    }

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        levels.check(steps);
        int train = levels.betas().levels();
        int last = train - new NoiseSchedule(levels.betas(), true).clipped(levels.lambdaMin());
        double[] timesteps = levels.timestepsOfOneMore(last, steps);
        return new Multistep(this, SigmaSteps.dpm(levels, timesteps, whole(), false), owner);
    }

    private Whole whole() {
        return levels.curve().rounds() && !levels.betas().schedule().equals("squaredcos_cap_v2") ? Whole.ROUND : Whole.TRUNCATE;
    }

    private static final class Multistep extends DpmSolver {
        private final boolean endsWithoutNoise;

        private Multistep(DpmSolverMultistepScheduler scheduler, SigmaSteps steps, NDManager owner) {
            super(steps, scheduler.prediction, scheduler.clipping, scheduler.options, owner);
            this.endsWithoutNoise = scheduler.levels.finalSigmaZero();
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> noise) {
            remember(i, modelOutput, sample);
            DpmWeights w = DpmWeights.of(options().algorithm(), level(i), level(i + 1));
            double[] ofSaid = switch (order(i)) {
                case 1 -> new double[] {w.d0()};
                case 2 -> second(w, i);
                default -> third(w, i);
            };
            return combined(out, sample, w, ofSaid, noise);
        }

        private int order(int i) {
            boolean few = options().lowerOrderFinal() && calls() < MANY_STEPS;
            if (i == calls() - 1 && (options().eulerAtFinal() || few || endsWithoutNoise)) {
                return 1;
            }
            int most = i == calls() - 2 && few ? 2 : options().order();
            return Math.min(most, remembered());
        }

        /** {@code D₁ = (m₀ - m₁) / r₀}. */
        private double[] second(DpmWeights w, int i) {
            double slope = (options().heun() ? w.heun1() : w.d1()) / ratio(i, i);
            return new double[] {w.d0() + slope, -slope};
        }

        /** {@code D₁ = D₁₀ + r₀/(r₀ + r₁) (D₁₀ - D₁₁)} and {@code D₂ = (D₁₀ - D₁₁) / (r₀ + r₁)}. */
        private double[] third(DpmWeights w, int i) {
            double r0 = ratio(i, i);
            double r1 = ratio(i, i - 1);
            double bend = (w.heun1() * r0 + w.d2()) / (r0 + r1);
            double near = (w.heun1() + bend) / r0;
            double far = -bend / r1;
            return new double[] {w.d0() + near, far - near, -far};
        }

        /** The way in λ to one level as a share of this step's. */
        private double ratio(int i, int to) {
            return ((double) level(to).lambda() - level(to - 1).lambda()) / ((double) level(i + 1).lambda() - level(i).lambda());
        }
    }
}
