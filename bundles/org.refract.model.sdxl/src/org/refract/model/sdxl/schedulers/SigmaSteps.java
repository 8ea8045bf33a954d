package org.refract.model.sdxl.schedulers;

/**
 * Timesteps with their sigmas in single precision, and the sigma at the end.
 *
 * @param timesteps falling
 * @param sigmas    one more than there are timesteps
 */
record SigmaSteps(double[] timesteps, float[] sigmas) {

    /** The steps of Euler's methods. */
    static SigmaSteps euler(SchedulerConfig config, int steps) {
        NoiseSchedule noise = new NoiseSchedule(config, true);
        double[] timesteps = Spacing.timesteps(config, steps);
        float[] single = new float[timesteps.length];
        double[] sigmas = new double[timesteps.length];
        for (int i = 0; i < timesteps.length; i++) {
            single[i] = (float) timesteps[i];
            sigmas[i] = noise.sigma(single[i]);
        }
        if (config.useKarrasSigmas()) {
            sigmas = NoiseSchedule.karras(config.sigmaMin().orElse(sigmas[sigmas.length - 1]), config.sigmaMax().orElse(sigmas[0]), steps);
            single = timestepsOf(noise, sigmas);
        }
        double[] told = new double[single.length];
        for (int i = 0; i < told.length; i++) {
            told[i] = single[i];
        }
        return new SigmaSteps(told, withLast(sigmas, config, noise));
    }

    /** The steps of DPM-Solver, whose timesteps are whole. */
    static SigmaSteps dpm(SchedulerConfig config, int steps) {
        NoiseSchedule noise = new NoiseSchedule(config, true);
        double[] timesteps = Spacing.timestepsOfOneMore(config, steps);
        double[] sigmas = new double[timesteps.length];
        for (int i = 0; i < sigmas.length; i++) {
            sigmas[i] = noise.sigma(timesteps[i]);
        }
        if (config.useKarrasSigmas()) {
            sigmas = NoiseSchedule.karras(noise.smallestSigma(), noise.largestSigma(), steps);
            timesteps = new double[steps];
            for (int i = 0; i < steps; i++) {
                double exact = noise.timestep(sigmas[i]);
                timesteps[i] = config.betaSchedule().equals("squaredcos_cap_v2") ? Math.floor(exact) : Math.rint(exact);
            }
        }
        return new SigmaSteps(timesteps, withLast(sigmas, config, noise));
    }

    /** The largest sigma. */
    float largest() {
        float largest = 0;
        for (float sigma : sigmas) {
            largest = Math.max(largest, sigma);
        }
        return largest;
    }

    private static float[] timestepsOf(NoiseSchedule noise, double[] sigmas) {
        float[] timesteps = new float[sigmas.length];
        for (int i = 0; i < sigmas.length; i++) {
            timesteps[i] = (float) noise.timestep(sigmas[i]);
        }
        return timesteps;
    }

    private static float[] withLast(double[] sigmas, SchedulerConfig config, NoiseSchedule noise) {
        float[] all = new float[sigmas.length + 1];
        for (int i = 0; i < sigmas.length; i++) {
            all[i] = (float) sigmas[i];
        }
        all[sigmas.length] = config.finalSigmaZero() ? 0 : (float) noise.smallestSigma();
        return all;
    }
}
