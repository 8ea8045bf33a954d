package org.refract.nn.adapter;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.weights.WeightFile;

/**
 * How strong a LoRA is by itself, alpha / rank: kohya's files hold an alpha for each layer; PEFT's say it in
 * {@code lora_adapter_metadata}; where nothing is said, alpha is the rank.
 */
final class LoraScales {

    private static final String METADATA = "lora_adapter_metadata";

    private final JsonObject peft;

    LoraScales(WeightFile file) throws RefractException {
        String text = file.metadata().getOrDefault(METADATA, "{}");
        try {
            peft = JsonParser.parseString(text) instanceof JsonObject object ? object : new JsonObject();
        } catch (JsonParseException | StackOverflowError e) {
            throw RefractException.usage("%s is damaged: its '%s' is not readable as JSON; download it again.", file.location(), METADATA);
        }
    }

    /**
     * @param layer the layer's path, led by its part
     * @param alpha what the file holds for the layer
     */
    double of(String layer, Optional<Double> alpha, long rank) {
        if (alpha.isPresent()) {
            return alpha.get() / rank;
        }
        int dot = layer.indexOf('.');
        String part = layer.substring(0, dot + 1);
        Optional<Double> told = pattern(part + "alpha_pattern", layer.substring(dot + 1)).or(() -> number(part + "lora_alpha"));
        boolean rankStabilised = Optional.ofNullable(peft.get(part + "use_rslora")).filter(JsonElement::isJsonPrimitive)
                .filter(JsonElement::getAsBoolean).isPresent();
        return told.map(a -> a / (rankStabilised ? Math.sqrt(rank) : rank)).orElse(1.0);
    }

    private Optional<Double> number(String key) {
        return Optional.ofNullable(peft.get(key)).filter(LoraScales::isNumber).map(JsonElement::getAsDouble);
    }

    /** A pattern holds for the layers whose paths end with it. */
    private Optional<Double> pattern(String key, String layer) {
        if (!(peft.get(key) instanceof JsonObject patterns)) {
            return Optional.empty();
        }
        return patterns.entrySet().stream().filter(p -> ("." + layer).endsWith("." + p.getKey())).map(Map.Entry::getValue)
                .filter(LoraScales::isNumber).map(JsonElement::getAsDouble).findFirst();
    }

    private static boolean isNumber(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isNumber();
    }
}
