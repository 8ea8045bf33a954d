package org.refract.engine.unpack;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Locale;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.analysis.Intervention.Guidance;
import org.refract.api.analysis.Intervention.Mask;
import org.refract.api.analysis.Intervention.Mode;
import org.refract.api.json.Json;
import org.refract.api.model.HookPoint;

/**
 * An intervention as JSON: {@code {"point", "latent", "mode", "strength", "mask": {"rows", "columns", "weights"}, "first_step", "last_step",
 * "guidance"}}. The mask is left out where the change is everywhere, the last step where it acts to the end.
 */
public final class InterventionJson {
    private InterventionJson() {
    }

    /** Writes one. */
    public static JsonObject write(Intervention intervention) {
        JsonObject json = new JsonObject();
        json.addProperty("point", intervention.feature().point().toString());
        json.addProperty("latent", intervention.feature().latent());
        json.addProperty("mode", lower(intervention.mode()));
        json.addProperty("strength", intervention.strength());
        intervention.mask().ifPresent(mask -> json.add("mask", mask(mask)));
        json.addProperty("first_step", intervention.firstStep());
        if (intervention.lastStep() != Integer.MAX_VALUE) {
            json.addProperty("last_step", intervention.lastStep());
        }
        json.addProperty("guidance", lower(intervention.guidance()));
        return json;
    }

    private static JsonObject mask(Mask mask) {
        JsonObject json = new JsonObject();
        json.addProperty("rows", mask.rows());
        json.addProperty("columns", mask.columns());
        JsonArray weights = new JsonArray();
        for (float weight : mask.weights()) {
            weights.add(weight);
        }
        json.add("weights", weights);
        return json;
    }

    /** Reads one. */
    public static Intervention read(Json json) throws RefractException {
        FeatureId feature = new FeatureId(HookPoint.parse(json.at("point").text()), json.at("latent").integer(0, Integer.MAX_VALUE));
        Optional<Mask> mask = json.has("mask") ? Optional.of(mask(json.at("mask"))) : Optional.empty();
        int last = json.has("last_step") ? json.at("last_step").integer(0, Integer.MAX_VALUE) : Integer.MAX_VALUE;
        return new Intervention(feature, word(Mode.class, json.at("mode")), json.at("strength").number(), mask,
                json.at("first_step").integer(0, Integer.MAX_VALUE), last, word(Guidance.class, json.at("guidance")));
    }

    private static Mask mask(Json json) throws RefractException {
        int rows = json.at("rows").integer(1, 1 << 14);
        int columns = json.at("columns").integer(1, 1 << 14);
        double[] numbers = json.at("weights").numbers();
        if (numbers.length != rows * columns) {
            throw json.at("weights").wrong("a list of " + rows * columns + " numbers");
        }
        float[] weights = new float[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            weights[i] = (float) numbers[i];
        }
        return new Mask(rows, columns, weights);
    }

    private static <E extends Enum<E>> E word(Class<E> type, Json json) throws RefractException {
        for (E constant : type.getEnumConstants()) {
            if (lower(constant).equals(json.text())) {
                return constant;
            }
        }
        throw json.wrong("one of the words for a " + type.getSimpleName().toLowerCase(Locale.ROOT));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
