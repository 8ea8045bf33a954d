package org.refract.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.api.analysis.Intervention;
import org.refract.api.json.Json;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelInfo;
import org.refract.engine.unpack.InterventionJson;

/**
 * How a picture was drawn, as JSON: {@code {"prompt", "negative", "seed", "steps", "guidance", "width", "height", "scheduler", "model",
 * "fingerprint"}} and whatever else was said, each option under its long name with underscores. {@code model} is the model's name;
 * {@code model_path} is where it was, if that was said. What is not there was left to the model.
 */
final class PictureRecord {
    /** What the record takes from the request, not from what was said. */
    private static final Set<String> OF_REQUEST = Set.of("seed", "count", "steps", "guidance", "size", "aspect", "negative", "scheduler", "model", "device");
    private static final String PATH = "model_path";
    private static final String CHANGES = "interventions";

    private PictureRecord() {
    }

    /** The record of one picture of a request. */
    static JsonObject of(ImageRequest request, int picture, ModelInfo model, OptionValues said, List<Intervention> changes) {
        JsonObject json = new JsonObject();
        json.addProperty("prompt", request.prompts().get(picture));
        if (!request.negativePrompts().isEmpty()) {
            json.addProperty("negative", request.negativePrompts().get(Math.min(picture, request.negativePrompts().size() - 1)));
        }
        json.addProperty("seed", new BigInteger(SeedList.text(request.seeds().get(picture))));
        json.addProperty("steps", request.steps());
        json.addProperty("guidance", request.guidance());
        json.addProperty("width", request.width());
        json.addProperty("height", request.height());
        request.scheduler().ifPresent(s -> json.addProperty("scheduler", s));
        said.without(OF_REQUEST).write(json);
        json.addProperty("model", model.name());
        said.first("model").ifPresent(path -> json.addProperty(PATH, path));
        said.first("device").filter(d -> !d.equals("cpu")).ifPresent(d -> json.addProperty("device", d));
        json.addProperty("fingerprint", model.fingerprint());
        if (!changes.isEmpty()) {
            JsonArray turned = new JsonArray();
            changes.forEach(change -> turned.add(InterventionJson.write(change)));
            json.add(CHANGES, turned);
        }
        return json;
    }

    /**
     * Reads a record back.
     *
     * @param file what sentences call it
     */
    static PastPicture read(String file, String text) throws RefractException {
        Json json = Json.parse(file, text);
        Map<String, List<String>> values = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        Set<String> names = DrawOptions.names();
        for (Map.Entry<String, Json> field : json.fields().entrySet()) {
            String name = field.getKey().replace('_', '-');
            if (field.getKey().equals(PATH)) {
                values.put("model", List.of(field.getValue().text()));
            } else if (name.equals(PastPicture.PROMPT) || names.contains(name) && !name.equals("model")) {
                values.put(name, texts(field.getValue()));
            } else if (!Set.of("width", "height", "model", "fingerprint", CHANGES, "file").contains(field.getKey())) {
                unknown.add(name);
            }
        }
        if (json.has("width") && json.has("height")) {
            values.put("size", List.of(json.at("width").integer() + "x" + json.at("height").integer()));
        }
        Optional<String> model = json.has("model") ? Optional.of(json.at("model").text()) : Optional.empty();
        Optional<String> fingerprint = json.has("fingerprint") ? Optional.of(json.at("fingerprint").text()) : Optional.empty();
        return new PastPicture(new OptionValues(values), model, fingerprint, unknown, List.of(), Map.of());
    }

    private static List<String> texts(Json value) throws RefractException {
        if (value.isList()) {
            List<String> texts = new ArrayList<>();
            for (Json item : value.items()) {
                texts.add(text(item));
            }
            return texts;
        }
        return List.of(text(value));
    }

    /** A text, or a number or switch as a person would write it. */
    static String text(Json value) throws RefractException {
        return value.isText() ? value.text() : value.isNumber() ? value.element().getAsString() : Boolean.toString(value.flag());
    }
}
