package org.refract.model.sdxl.schedulers;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.refract.api.RefractException;
import org.refract.model.sdxl.nn.ConfigFile;

/**
 * {@code scheduler/scheduler_config.json}. Where a value is absent, the one that diffusers takes for the scheduler's class stands in.
 *
 * @param className          diffusers' class
 * @param numTrainTimesteps  noise levels in training
 * @param betaStart          noise added at the first level
 * @param betaEnd            noise added at the last level
 * @param betaSchedule       {@code linear}, {@code scaled_linear} or {@code squaredcos_cap_v2}
 * @param trainedBetas       the noise of each level, if it follows no formula
 * @param predictionType     {@code epsilon} or {@code v_prediction}
 * @param timestepSpacing    {@code leading}, {@code linspace} or {@code trailing} (Common Diffusion Noise Schedules, table 2)
 * @param stepsOffset        added to leading timesteps
 * @param rescaleBetasZeroSnr whether the last level is noise alone
 * @param useKarrasSigmas    whether sigmas follow Karras et al. 2022
 * @param sigmaMin           smallest sigma for that
 * @param sigmaMax           largest sigma for that
 * @param finalSigmaZero     whether the last step ends without noise
 * @param setAlphaToOne      DDIM: whether the last step ends without noise
 * @param clipSample         DDIM: largest absolute value of the predicted sample, if it is clipped
 * @param solverOrder        DPM-Solver: 1 or 2
 * @param heun               DPM-Solver: Heun's rule in place of the midpoint rule
 * @param lowerOrderFinal    DPM-Solver: whether the last of few steps is of first order
 * @param eulerAtFinal       DPM-Solver: whether the last step is always of first order
 */
public record SchedulerConfig(String className, int numTrainTimesteps, double betaStart, double betaEnd, String betaSchedule,
        List<Double> trainedBetas, String predictionType, String timestepSpacing, int stepsOffset, boolean rescaleBetasZeroSnr,
        boolean useKarrasSigmas, OptionalDouble sigmaMin, OptionalDouble sigmaMax, boolean finalSigmaZero, boolean setAlphaToOne,
        OptionalDouble clipSample, int solverOrder, boolean heun, boolean lowerOrderFinal, boolean eulerAtFinal) {

    private static final String EULER = "EulerDiscreteScheduler";
    private static final String EULER_ANCESTRAL = "EulerAncestralDiscreteScheduler";
    private static final String DDIM = "DDIMScheduler";
    private static final String DPM = "DPMSolverMultistepScheduler";

    /** Short names of what can be asked for, with diffusers' classes. */
    private static final Map<String, String> NAMES = new TreeMap<>(Map.of("euler", EULER, "euler_karras", EULER, "euler_ancestral", EULER_ANCESTRAL,
            "ddim", DDIM, "dpmpp_2m", DPM, "dpmpp_2m_karras", DPM));

    /** @throws RefractException if a value is missing or this implementation does not know it */
    public static SchedulerConfig read(ConfigFile file) throws RefractException {
        String name = file.text("_class_name", "");
        if (!NAMES.containsValue(name)) {
            throw file.wrong("_class_name", "one of " + String.join(", ", NAMES.values().stream().distinct().sorted().toList()));
        }
        oneOf(file, "prediction_type", "epsilon", "epsilon", "v_prediction");
        oneOf(file, "beta_schedule", "linear", "linear", "scaled_linear", "squaredcos_cap_v2");
        oneOf(file, "interpolation_type", "linear", "linear");
        oneOf(file, "timestep_type", "discrete", "discrete");
        for (String off : List.of("use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas", "use_flow_sigmas", "thresholding",
                "use_dynamic_shifting")) {
            if (file.flag(off, false)) {
                throw file.wrong(off, "false");
            }
        }
        if (name.equals(DPM)) {
            oneOf(file, "algorithm_type", "dpmsolver++", "dpmsolver++");
            oneOf(file, "solver_type", "midpoint", "midpoint", "heun");
            if (file.integer("solver_order", 2) < 1 || file.integer("solver_order", 2) > 2) {
                throw file.wrong("solver_order", "1 or 2");
            }
        }
        String spacing = oneOf(file, "timestep_spacing", name.equals(DDIM) ? "leading" : "linspace", "leading", "linspace", "trailing");
        String last = oneOf(file, "final_sigmas_type", "zero", "zero", "sigma_min");
        SchedulerConfig config = new SchedulerConfig(name, file.integer("num_train_timesteps", 1000), file.real("beta_start", 0.0001),
                file.real("beta_end", 0.02), file.text("beta_schedule", "linear"), file.reals("trained_betas"),
                file.text("prediction_type", "epsilon"), spacing, file.integer("steps_offset", 0),
                file.flag("rescale_betas_zero_snr", false), file.flag("use_karras_sigmas", false), optional(file, "sigma_min"),
                optional(file, "sigma_max"), last.equals("zero"), file.flag("set_alpha_to_one", true),
                file.flag("clip_sample", true) ? OptionalDouble.of(file.real("clip_sample_range", 1)) : OptionalDouble.empty(),
                file.integer("solver_order", 2), file.text("solver_type", "midpoint").equals("heun"), file.flag("lower_order_final", true),
                file.flag("euler_at_final", false));
        if (config.numTrainTimesteps < 2) {
            throw file.wrong("num_train_timesteps", "at least 2");
        }
        if (!config.trainedBetas.isEmpty() && config.trainedBetas.size() != config.numTrainTimesteps) {
            throw file.wrong("trained_betas", "one number per training timestep");
        }
        return config;
    }

    /**
     * Another scheduler on the same noise.
     *
     * @param wanted a short name such as {@code euler_ancestral}, or diffusers' class
     * @throws RefractException if there is no such scheduler, with the names that there are
     */
    public SchedulerConfig named(String wanted) throws RefractException {
        String type = NAMES.containsValue(wanted) ? wanted : NAMES.get(wanted);
        if (type == null) {
            throw RefractException.usage("There is no scheduler '%s'; there are %s.", wanted, String.join(", ", NAMES.keySet()));
        }
        boolean karras = NAMES.containsValue(wanted) ? useKarrasSigmas : wanted.endsWith("_karras");
        return new SchedulerConfig(type, numTrainTimesteps, betaStart, betaEnd, betaSchedule, trainedBetas, predictionType, timestepSpacing,
                stepsOffset, rescaleBetasZeroSnr, karras, sigmaMin, sigmaMax, finalSigmaZero, type.equals(className) && setAlphaToOne,
                type.equals(className) ? clipSample : OptionalDouble.empty(), solverOrder, heun, lowerOrderFinal, eulerAtFinal);
    }

    /** The scheduler that this configures. */
    public Scheduler scheduler() {
        return switch (className) {
            case EULER -> new EulerScheduler(this);
            case EULER_ANCESTRAL -> new EulerAncestralScheduler(this);
            case DDIM -> new DdimScheduler(this);
            default -> new DpmSolverMultistepScheduler(this);
        };
    }

    boolean predictsV() {
        return predictionType.equals("v_prediction");
    }

    private static OptionalDouble optional(ConfigFile file, String key) throws RefractException {
        return file.has(key) ? OptionalDouble.of(file.real(key, 0)) : OptionalDouble.empty();
    }

    private static String oneOf(ConfigFile file, String key, String otherwise, String... known) throws RefractException {
        String value = file.text(key, otherwise);
        if (!List.of(known).contains(value)) {
            throw file.wrong(key, String.join(" or ", known));
        }
        return value;
    }
}
