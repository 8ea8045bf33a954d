package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.refract.api.RefractException;

/**
 * {@code DDIMScheduler} with η = 0: {@code x' = √ᾱ' x̂₀ + √(1 - ᾱ') ε} (Denoising Diffusion Implicit Models, equation 12).
 *
 * @param config spacing, prediction type and noise
 */
record DdimScheduler(SchedulerConfig config) implements Scheduler {

    @Override
    public Solver solver(int steps, NDManager owner) throws RefractException {
        Spacing.check(config, steps);
        return new Ddim(config, new NoiseSchedule(config, false), Spacing.rounded(Spacing.timesteps(config, steps)),
                config.numTrainTimesteps() / steps);
    }

    private record Ddim(SchedulerConfig config, NoiseSchedule noise, double[] timesteps, int stride) implements Solver {

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
            int t = (int) timesteps[i];
            float alpha = alpha(i);
            float before = t >= stride ? noise.alphaCumprod(t - stride) : config.setAlphaToOne() ? 1 : noise.alphaCumprod(0);
            return EulerSolver.KERNELS.call(out, "ddim_step", modelOutput, sample, root(alpha), root(1 - alpha), root(before),
                    root(1 - before), config.clipSample().orElse(0), config.predictsV());
        }

        @Override
        public NDArray predictedOriginal(NDManager out, int i, NDArray modelOutput, NDArray sample) {
            float alpha = alpha(i);
            return EulerSolver.KERNELS.call(out, "ddim_original", modelOutput, sample, root(alpha), root(1 - alpha),
                    config.clipSample().orElse(0), config.predictsV());
        }

        @Override
        public NDArray addNoise(NDManager out, int i, NDArray original, NDArray noise) {
            float alpha = alpha(i);
            return EulerSolver.KERNELS.call(out, "mixed", original, noise, root(alpha), root(1 - alpha));
        }

        private float alpha(int i) {
            return noise.alphaCumprod(Math.min((int) timesteps[i], config.numTrainTimesteps() - 1));
        }

        private static double root(float x) {
            return (float) Math.sqrt(x);
        }
    }
}
