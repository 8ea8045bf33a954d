package org.refract.model.sdxl.schedulers;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.model.sdxl.nn.ConfigFile;
import org.refract.model.sdxl.schedulers.SchedulerClass.Knows;

/**
 * Which noise levels a run visits.
 *
 * @param betas          the noise of training
 * @param spacing        which timesteps are visited
 * @param stepsOffset    added to leading timesteps
 * @param curve          how sigmas lie between the largest and the smallest
 * @param sigmaMin       smallest sigma of the curve, if it is chosen
 * @param sigmaMax       largest sigma of the curve, if it is chosen
 * @param finalSigmaZero whether the last step ends without noise; else it ends at the smallest trained sigma
 * @param lambdaMin      DPM-Solver: the smallest λ that is visited
 */
record Discretization(Betas betas, Spacing spacing, int stepsOffset, SigmaCurve curve, OptionalDouble sigmaMin, OptionalDouble sigmaMax,
        boolean finalSigmaZero, double lambdaMin) {

    /** What the class does not know is passed over, as diffusers does. */
    static Discretization read(ConfigFile file, SchedulerClass type) throws RefractException {
        String text = file.text("timestep_spacing", type.spacing().text());
        Spacing spacing = Spacing.of(text).orElse(type.spacing());
        if (!spacing.text().equals(text)) {
            throw file.wrong("timestep_spacing", Arrays.stream(Spacing.values()).map(Spacing::text).collect(Collectors.joining(" or ")));
        }
        String last = Options.oneOf(file, "final_sigmas_type", "zero", "zero", "sigma_min");
        boolean ends = type.knows(Knows.CURVE_ENDS);
        return new Discretization(Betas.read(file, type), spacing, file.integer("steps_offset", 0),
                type.knows(Knows.CURVES) ? SigmaCurve.read(file, type.knows(Knows.LU_LAMBDAS)) : SigmaCurve.TRAINED,
                ends ? Options.positive(file, "sigma_min") : OptionalDouble.empty(),
                ends ? Options.positive(file, "sigma_max") : OptionalDouble.empty(),
                last.equals("zero") || !type.knows(Knows.FINAL_SIGMA), Options.orMinusInfinity(file, "lambda_min_clipped"));
    }

    /** @throws RefractException if so many steps cannot be taken */
    void check(int steps) throws RefractException {
        spacing.check(betas.levels(), steps);
    }

    double[] timesteps(int steps) {
        return spacing.timesteps(betas.levels(), steps, stepsOffset);
    }

    /** The same with a last step that leaves the least noise of training. */
    Discretization endingAtSmallestSigma() {
        return new Discretization(betas, spacing, stepsOffset, curve, sigmaMin, sigmaMax, false, lambdaMin);
    }

    /** The sigmas of the curve between two ends, or between those that were chosen. */
    double[] curve(double max, double min, int steps) {
        return curve.sigmas(sigmaMax.orElse(max), sigmaMin.orElse(min), steps);
    }

    boolean followsCurve() {
        return curve != SigmaCurve.TRAINED;
    }
}
