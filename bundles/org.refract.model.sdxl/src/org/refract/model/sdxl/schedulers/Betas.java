package org.refract.model.sdxl.schedulers;

import java.util.List;
import org.refract.api.RefractException;
import org.refract.model.sdxl.schedulers.SchedulerClass.Knows;
import org.refract.nn.ConfigFile;

/**
 * The noise that training added.
 *
 * @param levels   number of noise levels
 * @param start    noise added at the first level
 * @param end      noise added at the last level
 * @param schedule {@code linear}, {@code scaled_linear} or {@code squaredcos_cap_v2}
 * @param trained  the noise of each level, if it follows no formula
 * @param zeroSnr  whether the last level is made to be noise alone (Common Diffusion Noise Schedules and Sample Steps are Flawed)
 */
record Betas(int levels, double start, double end, String schedule, List<Double> trained, boolean zeroSnr) {

    /** Stable Diffusion's. */
    static final Betas STABLE_DIFFUSION = new Betas(1000, 0.00085, 0.012, "scaled_linear", List.of(), false);
    /** Stable Diffusion's ends without its curve, as some classes of diffusers have it. */
    static final Betas LINEAR = new Betas(1000, 0.00085, 0.012, "linear", List.of(), false);
    /** DDPM's. */
    static final Betas DDPM = new Betas(1000, 0.0001, 0.02, "linear", List.of(), false);

    private static final int MOST_LEVELS = 100_000;

    /**
     * @param type whose values stand in for absent ones
     * @throws RefractException if a value is none that training can have had
     */
    static Betas read(ConfigFile file, SchedulerClass type) throws RefractException {
        Betas usual = type.betas();
        Betas betas = new Betas(file.integer("num_train_timesteps", usual.levels), file.real("beta_start", usual.start),
                file.real("beta_end", usual.end), Options.oneOf(file, "beta_schedule", usual.schedule, "linear", "scaled_linear",
                        "squaredcos_cap_v2"), file.reals("trained_betas"), type.knows(Knows.ZERO_SNR) && file.flag("rescale_betas_zero_snr", false));
        if (betas.levels < 2 || betas.levels > MOST_LEVELS) {
            throw file.wrong("num_train_timesteps", "from 2 to " + MOST_LEVELS);
        }
        if (!betas.trained.isEmpty() && betas.trained.size() != betas.levels) {
            throw file.wrong("trained_betas", "one number per training timestep");
        }
        checkShare(file, "beta_start", betas.start);
        checkShare(file, "beta_end", betas.end);
        for (double beta : betas.trained) {
            checkShare(file, "trained_betas", beta);
        }
        return betas;
    }

    private static void checkShare(ConfigFile file, String key, double value) throws RefractException {
        if (!(value > 0 && value < 1)) {
            throw file.wrong(key, "between 0 and 1");
        }
    }

    @Override
    public String toString() {
        return trained.isEmpty()
                ? "%d levels, %s, beta %s to %s%s".formatted(levels, schedule, start, end, zeroSnr ? ", zero terminal SNR" : "")
                : "%d levels of its own, beta %s to %s%s".formatted(levels, trained.getFirst(), trained.getLast(), zeroSnr ? ", zero terminal SNR" : "");
    }
}
