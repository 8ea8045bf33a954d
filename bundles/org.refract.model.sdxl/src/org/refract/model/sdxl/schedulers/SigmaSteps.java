package org.refract.model.sdxl.schedulers;

/**
 * Timesteps with their sigmas in single precision, and the sigma at the end.
 *
 * @param timesteps falling
 * @param sigmas    one more than there are timesteps
 */
record SigmaSteps(double[] timesteps, float[] sigmas) {

    /** How a class makes whole timesteps of those that belong to the sigmas of a curve. */
    enum Whole {
        NO, ROUND, TRUNCATE
    }

    /** The steps of Euler's methods and their kin: the curve lies between the sigmas that the spacing gives. */
    static SigmaSteps euler(Discretization levels, int steps, Whole karras) {
        NoiseSchedule noise = new NoiseSchedule(levels.betas(), true);
        double[] timesteps = levels.timesteps(steps);
        double[] sigmas = new double[timesteps.length];
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = (float) timesteps[i];
            sigmas[i] = noise.sigma(timesteps[i]);
        }
        if (levels.followsCurve()) {
            sigmas = levels.curve(sigmas[0], sigmas[sigmas.length - 1], steps);
            timesteps = timesteps(noise, sigmas, levels.curve() == SigmaCurve.KARRAS ? karras : Whole.NO);
        }
        return new SigmaSteps(timesteps, withLast(sigmas, levels.finalSigmaZero() ? 0 : noise.smallestSigma()));
    }

    /** The steps of DPM-Solver and UniPC, whose timesteps are whole: the curve lies between the ends of training. */
    static SigmaSteps dpm(Discretization levels, double[] timesteps, Whole curve, boolean endsWithCurve) {
        NoiseSchedule noise = new NoiseSchedule(levels.betas(), true);
        double[] sigmas = new double[timesteps.length];
        double[] whole = timesteps;
        double last = noise.smallestSigma();
        if (levels.followsCurve()) {
            sigmas = levels.curve(noise.largestSigma(), noise.smallestSigma(), timesteps.length);
            whole = timesteps(noise, sigmas, curve);
            last = endsWithCurve ? sigmas[sigmas.length - 1] : last;
        } else {
            for (int i = 0; i < sigmas.length; i++) {
                sigmas[i] = noise.sigma(timesteps[i]);
            }
        }
        return new SigmaSteps(whole, withLast(sigmas, levels.finalSigmaZero() ? 0 : last));
    }

    /**
     * What multistep solvers take beside DPM-Solver.
     *
     * @param last one more than the last timestep that may be visited
     */
    static SigmaSteps multistep(Discretization levels, int last, int steps) {
        double[] timesteps = levels.timestepsOfOneMore(last, steps);
        return dpm(levels, timesteps, levels.curve().rounds() ? Whole.ROUND : Whole.TRUNCATE, true);
    }

    /** Every step but the last calls the U-Net twice: each sigma but the first and the last two then stands twice. */
    SigmaSteps twice() {
        int n = timesteps.length;
        double[] calls = new double[2 * n - 1];
        float[] levels = new float[2 * n];
        for (int i = 0; i < calls.length; i++) {
            calls[i] = timesteps[(i + 1) / 2];
            levels[i] = sigmas[(i + 1) / 2];
        }
        return new SigmaSteps(calls, levels);
    }

    /** The largest sigma. */
    float largest() {
        float largest = 0;
        for (float sigma : sigmas) {
            largest = Math.max(largest, sigma);
        }
        return largest;
    }

    private static double[] timesteps(NoiseSchedule noise, double[] sigmas, Whole whole) {
        double[] timesteps = new double[sigmas.length];
        for (int i = 0; i < sigmas.length; i++) {
            double exact = noise.timestep(sigmas[i]);
            timesteps[i] = switch (whole) {
                case NO -> (float) exact;
                case ROUND -> Math.rint(exact);
                case TRUNCATE -> Math.floor(exact);
            };
        }
        return timesteps;
    }

    private static float[] withLast(double[] sigmas, double last) {
        float[] all = new float[sigmas.length + 1];
        for (int i = 0; i < sigmas.length; i++) {
            all[i] = (float) sigmas[i];
        }
        all[sigmas.length] = (float) last;
        return all;
    }
}
