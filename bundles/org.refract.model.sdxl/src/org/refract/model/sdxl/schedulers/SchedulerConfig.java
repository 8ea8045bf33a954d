package org.refract.model.sdxl.schedulers;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.model.sdxl.schedulers.SchedulerClass.Knows;
import org.refract.nn.ConfigFile;

/**
 * {@code scheduler/scheduler_config.json}. Where a value is absent, the one that diffusers takes for the scheduler's class stands in; what the
 * class does not know is passed over, as diffusers does. Some keys are Refract's own: {@code eta}, the share of fresh noise, which diffusers takes
 * as an argument of the pipeline for {@code DDIMScheduler} and {@code TCDScheduler}, as a function for {@code SASolverScheduler}, and other
 * tools for the ancestral ones;
 * {@code use_kl_optimal_sigmas} and {@code use_ays_sigmas}; and the curves of {@code EulerAncestralDiscreteScheduler}.
 */
public final class SchedulerConfig {

    /** A short name that says how the sigmas lie. */
    private static final Pattern CURVED = Pattern.compile("_(karras|exponential|beta|kl_optimal|ays)$");
    private static final String CLASS = "_class_name";
    /** What a solver alone knows: another one does not take it over. */
    private static final List<String> OF_SOLVERS = List.of("algorithm_type", "solver_type", "solver_order", "lower_order_final", "euler_at_final",
            "predict_x0", "disable_corrector", "final_sigmas_type", "lambda_min_clipped", "sigma_min", "sigma_max", "eta",
            "original_inference_steps", "timestep_scaling", "thresholding", "variance_type", "predictor_order", "corrector_order");
    private static final List<String> FLOW = List.of("use_flow_sigmas", "use_dynamic_shifting");

    private final ConfigFile file;
    private final SchedulerClass type;
    private final Discretization levels;
    private final Prediction prediction;
    private final Scheduler scheduler;
    private final List<String> settings;

    private SchedulerConfig(ConfigFile file, SchedulerClass type, Discretization levels, Prediction prediction, Scheduler scheduler,
            List<String> settings) {
        this.file = file;
        this.type = type;
        this.levels = levels;
        this.prediction = prediction;
        this.scheduler = scheduler;
        this.settings = settings;
    }

    /** @throws RefractException if a value is missing or this implementation does not know it */
    public static SchedulerConfig read(ConfigFile file) throws RefractException {
        return read(file, List.of());
    }

    /** @param settings keys that a person named one by one */
    private static SchedulerConfig read(ConfigFile file, List<String> settings) throws RefractException {
        Optional<SchedulerClass> type = SchedulerClass.of(file.text(CLASS, ""));
        if (type.isEmpty()) {
            throw file.wrong(CLASS, "one of " + Arrays.stream(SchedulerClass.values()).map(SchedulerClass::className).sorted()
                    .collect(Collectors.joining(", ")));
        }
        for (String off : FLOW) {
            if (file.flag(off, false)) {
                throw file.wrong(off, "false, because models of this family are not flow models,");
            }
        }
        Prediction prediction = prediction(file, type.get());
        Discretization levels = Discretization.read(file, type.get());
        return new SchedulerConfig(file, type.get(), levels, prediction, type.get().read(file, levels, prediction), settings);
    }

    private static Prediction prediction(ConfigFile file, SchedulerClass type) throws RefractException {
        String text = file.text("prediction_type", Prediction.EPSILON.text());
        return Prediction.of(text).filter(p -> p != Prediction.SAMPLE || type.knows(Knows.SAMPLE))
                .orElseThrow(() -> file.wrong("prediction_type", type.knows(Knows.SAMPLE) ? "epsilon, v_prediction or sample" : "epsilon or v_prediction"));
    }

    /**
     * Another scheduler on the same noise. A name means the same whatever the file's own scheduler is: options of that one's solver are not
     * taken over by another.
     *
     * @param wanted a short name such as {@code euler_ancestral}, the name that AUTOMATIC1111's web UI has for it, or diffusers' class; values
     *               of {@code scheduler_config.json} may follow after commas: {@code ddim,eta=0.5,timestep_spacing=trailing}; so may the
     *               timesteps to visit: {@code lcm,timesteps=999,749,499,249}
     * @throws RefractException if there is no such scheduler, with the names that there are, or it cannot work with this model
     */
    public SchedulerConfig named(String wanted) throws RefractException {
        String[] parts = wanted.split(",", -1);
        Optional<SchedulerName> name = SchedulerName.of(parts[0]);
        SchedulerClass asked = name.map(SchedulerName::type).or(() -> SchedulerClass.of(parts[0].strip())).orElseThrow(() -> RefractException.usage(
                "There is no scheduler '%s'; there are %s, most of them also with _karras, _exponential, _beta, _kl_optimal or _ays after the name.", parts[0].strip(),
                names().stream().filter(n -> !CURVED.matcher(n).find()).collect(Collectors.joining(", "))));
        JsonObject json = new JsonObject();
        file.names().forEach(key -> json.add(key, file.value(key).orElseThrow()));
        if (asked != type) {
            OF_SOLVERS.forEach(json::remove);
            addIfAbsent(json, "clip_sample", false);
            addIfAbsent(json, "set_alpha_to_one", false);
            addIfAbsent(json, "skip_prk_steps", true);
        }
        if (name.isPresent()) {
            for (SigmaCurve curve : SigmaCurve.values()) {
                json.remove(curve.key());
            }
            name.get().options().forEach(json::add);
        }
        List<String> settings = new ArrayList<>();
        for (String setting : Setting.apart(Arrays.asList(parts).subList(1, parts.length))) {
            Setting said = Setting.of(setting);
            said.addTo(json);
            settings.add(said.key());
        }
        json.addProperty(CLASS, asked.className());
        return read(ConfigFile.of(parts.length > 1 ? "the scheduler '" + wanted + "'" : file.name(), json.toString()), settings);
    }

    /** The short names that can be asked for. */
    public static List<String> names() {
        return SchedulerName.all().stream().map(SchedulerName::name).toList();
    }

    /** The scheduler that this configures. */
    public Scheduler scheduler() {
        return scheduler;
    }

    /** Settings that were named with the scheduler and that it does not know. */
    public List<String> idle() {
        return settings.stream().filter(key -> !file.wasAsked(key)).toList();
    }

    /** The class, as {@code scheduler_config.json} names it. */
    public String className() {
        return type.className();
    }

    /** Noise levels in training. */
    public int numTrainTimesteps() {
        return levels.betas().levels();
    }

    /** {@code epsilon}, {@code v_prediction} or {@code sample}. */
    public String predictionType() {
        return prediction.text();
    }

    /** {@code leading}, {@code linspace}, {@code trailing} or {@code sgm_turbo}. */
    public String timestepSpacing() {
        return levels.spacing().text();
    }

    /** The noise of training in words; models with the same can share the denoising of a picture. */
    public String noise() {
        return betas().toString();
    }

    Betas betas() {
        return levels.betas();
    }

    private static void addIfAbsent(JsonObject json, String flag, boolean value) {
        if (!json.has(flag)) {
            json.addProperty(flag, value);
        }
    }
}
