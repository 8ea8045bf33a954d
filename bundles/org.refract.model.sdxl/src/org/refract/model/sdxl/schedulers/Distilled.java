package org.refract.model.sdxl.schedulers;

import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * The steps that a model was distilled for, of which a run visits some.
 *
 * @param method   whose model it is, in a sentence
 * @param levels   the noise levels
 * @param original number of steps that the model was distilled for
 */
record Distilled(String method, Discretization levels, int original) {

    private static final int ORIGINAL_STEPS = 50;

    static Distilled read(ConfigFile file, Discretization levels, String method) throws RefractException {
        int train = levels.betas().levels();
        return new Distilled(method, levels, Options.between(file, "original_inference_steps", ORIGINAL_STEPS, 1, train));
    }

    /**
     * Falling timesteps.
     *
     * @throws RefractException if there are fewer than that
     */
    double[] timesteps(int steps) throws RefractException {
        if (!levels.chosen().isEmpty()) {
            return levels.timesteps(steps);
        }
        if (steps > original) {
            throw RefractException.usage("%d steps cannot be taken with %s: choose 1 to %d, the number of steps that it was distilled for.", steps,
                    method, original);
        }
        int stride = levels.betas().levels() / original;
        double[] timesteps = new double[steps];
        for (int i = 0; i < steps; i++) {
            int index = (int) Math.floor(i * ((double) original / steps));
            timesteps[i] = (original - index) * stride - 1;
        }
        return timesteps;
    }
}
