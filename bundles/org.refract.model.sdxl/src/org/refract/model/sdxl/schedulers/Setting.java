package org.refract.model.sdxl.schedulers;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.refract.api.RefractException;

/**
 * A value of {@code scheduler_config.json} that stands behind a scheduler's name, as {@code eta=0.5}.
 *
 * @param key   as in the file
 * @param value true or false, a number, a word, or for {@code timesteps} a list of numbers
 */
record Setting(String key, JsonElement value) {

    private static final String TIMESTEPS = "timesteps";
    private static final Pattern NUMBER = Pattern.compile("\\s*\\d{1,7}\\s*");
    private static final List<String> KEYS = List.of("algorithm_type", "beta_end", "beta_schedule", "beta_start", "clip_sample", "clip_sample_range", "corrector_order",
            "dynamic_thresholding_ratio", "eta", "euler_at_final", "final_sigmas_type", "lambda_min_clipped", "lower_order_final",
            "original_inference_steps", "predict_x0", "predictor_order", "prediction_type", "rescale_betas_zero_snr", "sample_max_value", "set_alpha_to_one",
            "sigma_max", "sigma_min", "skip_prk_steps", "solver_order", "solver_type", "steps_offset", "thresholding", "timestep_scaling", "timestep_spacing", "timesteps",
            "use_ays_sigmas", "use_beta_sigmas", "use_exponential_sigmas", "use_karras_sigmas",
            "use_kl_optimal_sigmas", "use_lu_lambdas", "variance_type");

    /** What stands between the commas; the numbers after {@code timesteps=999} belong to it. */
    static List<String> apart(List<String> parts) {
        List<String> settings = new ArrayList<>();
        for (String part : parts) {
            boolean further = !settings.isEmpty() && settings.getLast().strip().startsWith(TIMESTEPS + "=") && NUMBER.matcher(part).matches();
            settings.add(further ? settings.removeLast() + "," + part : part);
        }
        return settings;
    }

    /** @throws RefractException if it is no {@code key=value} or no scheduler knows the key */
    static Setting of(String text) throws RefractException {
        int equals = text.indexOf('=');
        String key = text.substring(0, Math.max(0, equals)).strip();
        if (!KEYS.contains(key)) {
            throw RefractException.usage("'%s' is no setting of a scheduler; write it as key=value with one of the keys %s.", text.strip(),
                    String.join(", ", KEYS));
        }
        String value = text.substring(equals + 1).strip();
        if (key.equals(TIMESTEPS)) {
            return new Setting(key, timesteps(value));
        }
        if (value.equals("true") || value.equals("false")) {
            return new Setting(key, new JsonPrimitive(Boolean.parseBoolean(value)));
        }
        try {
            return new Setting(key, new JsonPrimitive(new BigDecimal(value)));
        } catch (NumberFormatException e) {
            return new Setting(key, new JsonPrimitive(value));
        }
    }

    private static JsonArray timesteps(String value) throws RefractException {
        JsonArray timesteps = new JsonArray();
        for (String one : value.split(",", -1)) {
            if (!NUMBER.matcher(one).matches()) {
                throw RefractException.usage("'%s=%s' should be falling whole numbers with commas between them, such as %s=999,749,499,249.", TIMESTEPS,
                        value, TIMESTEPS);
            }
            timesteps.add(Integer.parseInt(one.strip()));
        }
        return timesteps;
    }

    void addTo(JsonObject json) {
        json.add(key, value);
    }
}
