package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.refract.api.RefractException;

/**
 * {@code DPMSolverMultistepScheduler}, DPM-Solver++ of first and second order ("DPM++ 2M"): with {@code α = 1/√(σ²+1)}, {@code σ̄ = σ α},
 * {@code λ = log α - log σ̄} and {@code h = λ' - λ}, {@code x' = σ̄'/σ̄ x - α' (e^-h - 1) D₀ [- ½ α' (e^-h - 1) D₁]} (DPM-Solver++,
 * equations 9 and algorithm 2).
 *
 * @param config spacing, prediction type, order and noise
 */
record DpmSolverMultistepScheduler(SchedulerConfig config) implements Scheduler {

    /** diffusers: from so many steps on, the last one may be of second order. */
    private static final int MANY_STEPS = 15;

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        Spacing.check(config, steps);
        return new Dpm(config, SigmaSteps.dpm(config, steps), owner);
    }

    private static final class Dpm implements Solver {
        private final SchedulerConfig config;
        private final SigmaSteps steps;
        private final NDManager owner;
        private Optional<NDArray> before = Optional.empty();

        private Dpm(SchedulerConfig config, SigmaSteps steps, NDManager owner) {
            this.config = config;
            this.steps = steps;
            this.owner = owner;
        }

        @Override
        public double[] timesteps() {
            return steps.timesteps().clone();
        }

        @Override
        public double initNoiseSigma() {
            return 1;
        }

        @Override
        public boolean drawsNoise(int i) {
            return false;
        }

        @Override
        public NDArray scaleModelInput(NDManager out, int i, NDArray sample) {
            return EulerSolver.KERNELS.call(out, "same", sample);
        }

        @Override
        public NDArray step(NDManager out, int i, NDArray modelOutput, NDArray sample, Optional<NDArray> unused) {
            Level now = level(i);
            Level next = level(i + 1);
            NDArray predicted = EulerSolver.KERNELS.call(owner, "dpm_sample", modelOutput, sample, (double) now.alpha, (double) now.sigma,
                    config.predictsV());
            float h = next.lambda - now.lambda;
            float grow = next.alpha * ((float) Math.exp(-h) - 1);
            NDArray result = secondOrder(i)
                    ? second(out, sample, predicted, i, h, grow)
                    : EulerSolver.KERNELS.call(out, "dpm_first", sample, predicted, (double) (next.sigma / now.sigma), (double) grow);
            before.ifPresent(NDArray::close);
            before = Optional.of(predicted);
            return result;
        }

        @Override
        public NDArray predictedOriginal(NDManager out, int i, NDArray modelOutput, NDArray sample) {
            return EulerSolver.KERNELS.call(out, "dpm_sample", modelOutput, sample, (double) level(i).alpha, (double) level(i).sigma,
                    config.predictsV());
        }

        @Override
        public NDArray addNoise(NDManager out, int i, NDArray original, NDArray noise) {
            return EulerSolver.KERNELS.call(out, "mixed", original, noise, (double) level(i).alpha, (double) level(i).sigma);
        }

        private NDArray second(NDManager out, NDArray sample, NDArray predicted, int i, float h, float grow) {
            Level now = level(i);
            float slope = 1 / ((now.lambda - level(i - 1).lambda) / h);
            float half = config.heun()
                    ? -level(i + 1).alpha * (((float) Math.exp(-h) - 1) / h + 1)
                    : 0.5f * grow;
            return EulerSolver.KERNELS.call(out, "dpm_second", sample, predicted, before.orElseThrow(),
                    (double) (level(i + 1).sigma / now.sigma), (double) grow, (double) slope, (double) half);
        }

        private boolean secondOrder(int i) {
            boolean last = i == steps.timesteps().length - 1;
            boolean lowered = last && (config.eulerAtFinal() || config.finalSigmaZero()
                    || config.lowerOrderFinal() && steps.timesteps().length < MANY_STEPS);
            return config.solverOrder() == 2 && before.isPresent() && !lowered;
        }

        private Level level(int i) {
            return Level.of(steps.sigmas()[i]);
        }
    }

    /** α, σ̄ and λ of one step, in single precision. */
    private record Level(float alpha, float sigma, float lambda) {
        private static Level of(float sigma) {
            float alpha = 1 / (float) Math.sqrt(sigma * sigma + 1);
            float scaled = sigma * alpha;
            return new Level(alpha, scaled, (float) Math.log(alpha) - (float) Math.log(scaled));
        }
    }
}
