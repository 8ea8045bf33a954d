package org.refract.model.sdxl;

import org.refract.api.model.Stage;

/**
 * The calls of the U-Net that a request makes, out of those of the whole denoising: from the first that its start allows to the last whose
 * timestep is not below the noise level at the stage's end (diffusers: {@code denoising_start} and {@code denoising_end}).
 *
 * @param first index of the first call
 * @param last  index after the last call
 */
record StageSteps(int first, int last) {

    /**
     * @param first     index of the first call
     * @param timesteps of the whole denoising, falling
     * @param levels    number of noise levels in training
     */
    static StageSteps of(int first, Stage stage, double[] timesteps, int levels) {
        int last = timesteps.length;
        while (stage.end() < 1 && last > first && timesteps[last - 1] < cutoff(stage.end(), levels)) {
            last--;
        }
        return new StageSteps(first, last);
    }

    /** The timestep at a share of the noise levels, rounded as Python rounds. */
    static double cutoff(double share, int levels) {
        return Math.rint(levels - share * levels);
    }

    int count() {
        return last - first;
    }
}
