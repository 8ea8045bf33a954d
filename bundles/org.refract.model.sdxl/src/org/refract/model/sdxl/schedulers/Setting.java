package org.refract.model.sdxl.schedulers;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.List;
import org.refract.api.RefractException;

/**
 * A value of {@code scheduler_config.json} that stands behind a scheduler's name, as {@code eta=0.5}.
 *
 * @param key   as in the file
 * @param value true or false, a number or a word
 */
record Setting(String key, JsonPrimitive value) {

    private static final List<String> KEYS = List.of("algorithm_type", "beta_end", "beta_schedule", "beta_start", "clip_sample", "clip_sample_range", "corrector_order",
            "dynamic_thresholding_ratio", "eta", "euler_at_final", "final_sigmas_type", "lambda_min_clipped", "lower_order_final",
            "original_inference_steps", "predict_x0", "predictor_order", "prediction_type", "rescale_betas_zero_snr", "sample_max_value", "set_alpha_to_one",
            "sigma_max", "sigma_min", "skip_prk_steps", "solver_order", "solver_type", "steps_offset", "thresholding", "timestep_scaling", "timestep_spacing",
            "use_ays_sigmas", "use_beta_sigmas", "use_exponential_sigmas", "use_karras_sigmas",
            "use_kl_optimal_sigmas", "use_lu_lambdas", "variance_type");

    /** @throws RefractException if it is no {@code key=value} or no scheduler knows the key */
    static Setting of(String text) throws RefractException {
        int equals = text.indexOf('=');
        String key = text.substring(0, Math.max(0, equals)).strip();
        if (!KEYS.contains(key)) {
            throw RefractException.usage("'%s' is no setting of a scheduler; write it as key=value with one of the keys %s.", text.strip(),
                    String.join(", ", KEYS));
        }
        String value = text.substring(equals + 1).strip();
        if (value.equals("true") || value.equals("false")) {
            return new Setting(key, new JsonPrimitive(Boolean.parseBoolean(value)));
        }
        try {
            return new Setting(key, new JsonPrimitive(new BigDecimal(value)));
        } catch (NumberFormatException e) {
            return new Setting(key, new JsonPrimitive(value));
        }
    }

    void addTo(JsonObject json) {
        json.add(key, value);
    }
}
