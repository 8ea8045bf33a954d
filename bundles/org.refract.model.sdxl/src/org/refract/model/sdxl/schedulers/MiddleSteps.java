package org.refract.model.sdxl.schedulers;

/**
 * Steps that call the U-Net twice, the second time in the middle of the step, half way in log σ.
 *
 * @param calls one timestep per call, with the sigma of the sample before its step
 * @param input sigma of the sample that the U-Net sees at each call
 */
record MiddleSteps(SigmaSteps calls, float[] input) {

    /** Where a step from one sigma to the next aims at. */
    @FunctionalInterface
    interface Aim {
        float of(float from, float to);
    }

    /** @param whole one timestep and sigma per step */
    static MiddleSteps of(Discretization levels, SigmaSteps whole, Aim aim) {
        NoiseSchedule noise = new NoiseSchedule(levels.betas(), true);
        SigmaSteps calls = whole.twice();
        float[] input = calls.sigmas().clone();
        for (int k = 0; k + 1 < whole.timesteps().length; k++) {
            float from = whole.sigmas()[k];
            float to = aim.of(from, whole.sigmas()[k + 1]);
            input[2 * k + 1] = (float) Math.exp((Math.log(from) + Math.log(to)) / 2);
            calls.timesteps()[2 * k + 1] = noise.timestep(input[2 * k + 1]);
        }
        return new MiddleSteps(calls, input);
    }
}
