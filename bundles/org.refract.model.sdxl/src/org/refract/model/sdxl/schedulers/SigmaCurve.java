package org.refract.model.sdxl.schedulers;

import java.util.ArrayList;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/** How the noise levels of a run lie between the largest and the smallest. */
enum SigmaCurve {
    /** At the training timesteps that the spacing gives. */
    TRAINED("") {
        @Override
        double between(double max, double min, double share) {
            throw new IllegalStateException("trained sigmas follow the timesteps");
        }
    },
    /** {@code (σmax^(1/ρ) + s (σmin^(1/ρ) - σmax^(1/ρ)))^ρ}, ρ = 7 (Karras et al. 2022, equation 5). */
    KARRAS("use_karras_sigmas") {
        @Override
        double between(double max, double min, double share) {
            double from = Math.pow(max, 1 / RHO);
            return Math.pow(from + share * (Math.pow(min, 1 / RHO) - from), RHO);
        }
    },
    /** Even in log σ. */
    EXPONENTIAL("use_exponential_sigmas") {
        @Override
        double between(double max, double min, double share) {
            return Math.exp(Math.log(max) + share * (Math.log(min) - Math.log(max)));
        }
    },
    /** Quantiles of a beta distribution: many steps at both ends (Beta Sampling is All You Need). */
    BETA("use_beta_sigmas") {
        @Override
        double between(double max, double min, double share) {
            return min + BetaQuantile.of(1 - share) * (max - min);
        }
    },
    /** {@code tan(s atan σmin + (1 - s) atan σmax)} (Align Your Steps, theorem 3.1). */
    KL_OPTIMAL("use_kl_optimal_sigmas") {
        @Override
        double between(double max, double min, double share) {
            return Math.tan(share * Math.atan(min) + (1 - share) * Math.atan(max));
        }
    },
    /** The ten levels that were found to be best for SDXL, for other numbers of steps even in log σ between them (Align Your Steps). */
    AYS("use_ays_sigmas") {
        @Override
        double[] sigmas(double max, double min, int steps) {
            double[] sigmas = new double[steps];
            for (int i = 0; i < steps; i++) {
                sigmas[i] = between(max, min, (double) i / steps);
            }
            return sigmas;
        }

        @Override
        double between(double max, double min, double share) {
            double place = share * (AYS_LEVELS.length - 1);
            int low = Math.min((int) place, AYS_LEVELS.length - 2);
            return EXPONENTIAL.between(AYS_LEVELS[low], AYS_LEVELS[low + 1], place - low);
        }
    },
    /** Even in λ (DPM-Solver, section 4.3). */
    LU("use_lu_lambdas") {
        @Override
        double between(double max, double min, double share) {
            return EXPONENTIAL.between(max, min, share);
        }
    };

    private static final double RHO = 7;
    /** diffusers: {@code AysSchedules["StableDiffusionXLSigmas"]}, with the least level of training, from which the way to 0 is left out. */
    private static final double[] AYS_LEVELS = {14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029};

    private final String key;

    SigmaCurve(String key) {
        this.key = key;
    }

    /** @throws RefractException if several are asked for */
    static SigmaCurve read(ConfigFile file, boolean lu) throws RefractException {
        List<SigmaCurve> asked = new ArrayList<>();
        for (SigmaCurve curve : values()) {
            if (!curve.key.isEmpty() && (curve != LU || lu) && file.flag(curve.key, false)) {
                asked.add(curve);
            }
        }
        if (asked.size() > 1) {
            throw file.wrong(asked.get(1).key, "false where '" + asked.get(0).key + "' is true");
        }
        return asked.isEmpty() ? TRAINED : asked.getFirst();
    }

    /** The flag of {@code scheduler_config.json} that asks for it; empty for the usual one. */
    String key() {
        return key;
    }

    /** So many sigmas, falling from the largest to the smallest. */
    double[] sigmas(double max, double min, int steps) {
        double[] sigmas = new double[steps];
        for (int i = 0; i < steps; i++) {
            sigmas[i] = between(max, min, steps == 1 ? 0 : (double) i / (steps - 1));
        }
        return sigmas;
    }

    /** Whether timesteps of those who want whole ones are the nearest; else they are the next lower ones, as in diffusers. */
    boolean rounds() {
        return this != EXPONENTIAL && this != BETA;
    }

    abstract double between(double max, double min, double share);
}
