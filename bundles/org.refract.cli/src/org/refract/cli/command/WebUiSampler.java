package org.refract.cli.command;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelInfo;

/**
 * A sampler as AUTOMATIC1111's web UI calls it.
 *
 * @param sampler  its display name ({@code DPM++ 2M})
 * @param schedule how the noise levels are spaced ({@code Karras})
 */
record WebUiSampler(String sampler, String schedule) {
    /** By this product's names and by diffusers' classes. */
    private static final Map<String, String> NAMES = Map.ofEntries(Map.entry("euler", "Euler"), Map.entry("euler_ancestral", "Euler a"),
            Map.entry("euler_a", "Euler a"), Map.entry("heun", "Heun"), Map.entry("dpm2", "DPM2"), Map.entry("dpm2_ancestral", "DPM2 a"),
            Map.entry("dpm2_a", "DPM2 a"), Map.entry("dpmpp_2s_ancestral", "DPM++ 2S a"), Map.entry("dpmpp_2s_a", "DPM++ 2S a"), Map.entry("pndm", "PLMS"),
            Map.entry("plms", "PLMS"), Map.entry("deis", "DEIS"), Map.entry("ddpm", "DDPM"), Map.entry("tcd", "TCD"),
            Map.entry("sa_solver", "SA-Solver"),
            Map.entry("dpmpp_2m", "DPM++ 2M"), Map.entry("dpmpp_2m_sde", "DPM++ 2M SDE"), Map.entry("dpmpp_2m_sde_heun", "DPM++ 2M SDE Heun"),
            Map.entry("dpmpp_3m_sde", "DPM++ 3M SDE"), Map.entry("dpmpp_sde", "DPM++ SDE"), Map.entry("unipc", "UniPC"), Map.entry("lms", "LMS"),
            Map.entry("ddim", "DDIM"), Map.entry("lcm", "LCM"), Map.entry("turbo", "Euler a"), Map.entry("turbo_sgm", "Euler a"),
            Map.entry("eulerdiscretescheduler", "Euler"), Map.entry("eulerancestraldiscretescheduler", "Euler a"), Map.entry("heundiscretescheduler", "Heun"),
            Map.entry("dpmsolvermultistepscheduler", "DPM++ 2M"), Map.entry("unipcmultistepscheduler", "UniPC"), Map.entry("lmsdiscretescheduler", "LMS"),
            Map.entry("ddimscheduler", "DDIM"), Map.entry("lcmscheduler", "LCM"), Map.entry("pndmscheduler", "PLMS"), Map.entry("ddpmscheduler", "DDPM"),
            Map.entry("deismultistepscheduler", "DEIS"), Map.entry("tcdscheduler", "TCD"), Map.entry("sasolverscheduler", "SA-Solver"));
    private static final Map<String, String> CURVES = Map.of("_karras", "Karras", "_exponential", "Exponential", "_beta", "Beta",
            "_kl_optimal", "KL Optimal", "_ays", "Align Your Steps");
    /** The schedule that {@code Automatic} means for a sampler; for the others it is the uniform one. */
    private static final Map<String, String> AUTOMATIC = Map.of("DPM++ 2M", "Karras", "DPM++ SDE", "Karras", "DPM++ 2S a", "Karras", "DPM2", "Karras",
            "DPM2 a", "Karras", "DPM++ 2M SDE", "Exponential", "DPM++ 2M SDE Heun", "Exponential", "DPM++ 3M SDE", "Exponential");
    private static final String UNIFORM = "Uniform";
    private static final String SGM_UNIFORM = "SGM Uniform";
    /** Schedules by diffusers' words for the spacing of timesteps. */
    private static final Map<String, String> SPACINGS = Map.of(SGM_UNIFORM, "trailing", "Simple", "trailing", "Normal", "linspace", "DDIM", "leading");

    /** What a request was drawn with. */
    static WebUiSampler of(ImageRequest request, ModelInfo model) {
        String said = request.scheduler().orElse(model.details().getOrDefault("scheduler", ""));
        String word = said.split(",", 2)[0].strip();
        String plain = word.toLowerCase(Locale.ROOT).replace("dpm++", "dpmpp").replace(' ', '_');
        boolean trailing = said.contains("trailing") || plain.startsWith("turbo");
        for (Map.Entry<String, String> curve : CURVES.entrySet()) {
            String base = plain.endsWith(curve.getKey()) ? plain.substring(0, plain.length() - curve.getKey().length()) : "";
            if (NAMES.containsKey(base)) {
                return new WebUiSampler(NAMES.get(base), curve.getValue());
            }
        }
        return new WebUiSampler(NAMES.getOrDefault(plain, word.isEmpty() ? "Unknown" : word), trailing ? SGM_UNIFORM : UNIFORM);
    }

    /** The words that {@code --scheduler} understands for a pair of display names. */
    static Optional<String> scheduler(String sampler, String schedule) {
        if (sampler == null || sampler.isBlank()) {
            return Optional.empty();
        }
        String spacing = schedule == null ? "" : schedule.equals("Automatic") ? AUTOMATIC.getOrDefault(sampler, "") : schedule;
        if (SPACINGS.containsKey(spacing)) {
            return Optional.of(sampler + ",timestep_spacing=" + SPACINGS.get(spacing));
        }
        return Optional.of(spacing.isEmpty() || spacing.equals(UNIFORM) || sampler.endsWith(spacing) ? sampler : sampler + " " + spacing);
    }
}
