package org.refract.model.sdxl.schedulers;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.model.sdxl.schedulers.SchedulerClass.Knows;
import org.refract.nn.ConfigFile;

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
 * @param chosen         the timesteps that are visited, falling, if they are named one by one (diffusers: {@code set_timesteps(timesteps=...)})
 */
record Discretization(Betas betas, Spacing spacing, int stepsOffset, SigmaCurve curve, OptionalDouble sigmaMin, OptionalDouble sigmaMax,
        boolean finalSigmaZero, double lambdaMin, List<Integer> chosen) {

    /** What the class does not know is passed over, as diffusers does. */
    static Discretization read(ConfigFile file, SchedulerClass type) throws RefractException {
        String text = file.text("timestep_spacing", type.spacing().text());
        Spacing spacing = Spacing.of(text).orElse(type.spacing());
        if (!spacing.text().equals(text)) {
            throw file.wrong("timestep_spacing", Arrays.stream(Spacing.values()).map(Spacing::text).collect(Collectors.joining(" or ")));
        }
        String last = Options.oneOf(file, "final_sigmas_type", "zero", "zero", "sigma_min");
        boolean ends = type.knows(Knows.CURVE_ENDS);
        Betas betas = Betas.read(file, type);
        Discretization read = new Discretization(betas, spacing, file.integer("steps_offset", 0),
                type.knows(Knows.CURVES) ? SigmaCurve.read(file, type.knows(Knows.LU_LAMBDAS)) : SigmaCurve.TRAINED,
                ends ? Options.positive(file, "sigma_min") : OptionalDouble.empty(),
                ends ? Options.positive(file, "sigma_max") : OptionalDouble.empty(),
                last.equals("zero") || !type.knows(Knows.FINAL_SIGMA), Options.orMinusInfinity(file, "lambda_min_clipped"),
                chosen(file, type, betas.levels()));
        if (!read.chosen.isEmpty() && read.followsCurve()) {
            throw RefractException.usage("In %s, 'timesteps' and a curve of sigmas (%s) are both named; choose one of them.", file.name(),
                    read.curve.key());
        }
        return read;
    }

    private static List<Integer> chosen(ConfigFile file, SchedulerClass type, int train) throws RefractException {
        if (!file.has("timesteps")) {
            return List.of();
        }
        if (!type.knows(Knows.TIMESTEPS)) {
            throw RefractException.usage("In %s, 'timesteps' are named, which %s does not take; those that do are %s.", file.name(), type.className(),
                    Arrays.stream(SchedulerClass.values()).filter(c -> c.knows(Knows.TIMESTEPS)).map(SchedulerClass::className)
                            .collect(Collectors.joining(", ")));
        }
        List<Integer> timesteps = file.integers("timesteps");
        for (int i = 0; i < timesteps.size(); i++) {
            if (timesteps.get(i) >= (i == 0 ? train : timesteps.get(i - 1))) {
                throw file.wrong("timesteps", "falling whole numbers from %d to 0".formatted(train - 1));
            }
        }
        return timesteps;
    }

    /** @throws RefractException if so many steps cannot be taken */
    void check(int steps) throws RefractException {
        if (chosen.isEmpty()) {
            spacing.check(betas.levels(), steps);
        } else if (steps != chosen.size()) {
            throw RefractException.usage("%d steps cannot be taken at the timesteps %s: choose %d, or a scheduler without 'timesteps'.", steps,
                    chosen.stream().map(String::valueOf).collect(Collectors.joining(", ")), chosen.size());
        }
    }

    double[] timesteps(int steps) {
        return chosen.isEmpty() ? spacing.timesteps(betas.levels(), steps, stepsOffset) : visited();
    }

    /**
     * The timesteps of DPM-Solver, which leaves out the one past the end.
     *
     * @param last one more than the last timestep that may be visited
     */
    double[] timestepsOfOneMore(int last, int steps) {
        return chosen.isEmpty() ? spacing.timestepsOfOneMore(last, betas.levels(), steps, stepsOffset) : visited();
    }

    private double[] visited() {
        return chosen.stream().mapToDouble(t -> t).toArray();
    }

    /** The same with a last step that leaves the least noise of training. */
    Discretization endingAtSmallestSigma() {
        return new Discretization(betas, spacing, stepsOffset, curve, sigmaMin, sigmaMax, false, lambdaMin, chosen);
    }

    /** The sigmas of the curve between two ends, or between those that were chosen. */
    double[] curve(double max, double min, int steps) {
        return curve.sigmas(sigmaMax.orElse(max), sigmaMin.orElse(min), steps);
    }

    boolean followsCurve() {
        return curve != SigmaCurve.TRAINED;
    }
}
