package org.refract.model.sdxl;

import org.refract.api.model.Stage;

/**
 * The steps that belong to a stage: those whose timestep lies below the noise level at its start and at or above the one at its end
 * (diffusers: {@code denoising_start} and {@code denoising_end}).
 *
 * @param first index of the first step
 * @param last  index after the last step
 */
record StageSteps(int first, int last) {

    /**
     * @param timesteps of the whole denoising, falling
     * @param levels    number of noise levels in training
     */
    static StageSteps of(Stage stage, double[] timesteps, int levels) {
        int first = 0;
        int last = timesteps.length;
        if (stage.start() > 0) {
            while (first < timesteps.length && timesteps[first] >= cutoff(stage.start(), levels)) {
                first++;
            }
        }
        if (stage.end() < 1) {
            while (last > first && timesteps[last - 1] < cutoff(stage.end(), levels)) {
                last--;
            }
        }
        return new StageSteps(first, last);
    }

    /** The lowest noise level before a share, rounded as Python rounds. */
    private static double cutoff(double share, int levels) {
        return Math.rint(levels - share * levels);
    }
}
