package org.refract.format.refract;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.json.Json;
import org.refract.api.model.HookPoint;
import org.refract.api.sae.Provenance;
import org.refract.api.sae.SaeConfig;

/**
 * {@code sae.json}: what the weights beside it are.
 *
 * @param config shape and settings
 * @param provenance where the dictionary comes from, if its maker said so
 * @param bytes length of the weights' file
 * @param sha256 of the weights' file
 */
record Sidecar(SaeConfig config, Optional<Provenance> provenance, long bytes, String sha256) {

    static final String FILE = "sae.json";
    private static final String FORMAT = "refract-sae";
    private static final int VERSION = 1;

    /** The file's text. */
    String text() {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("version", VERSION);
        json.addProperty("variant", config.variant());
        json.addProperty("width", config.width());
        json.addProperty("output_width", config.outputWidth());
        json.addProperty("latents", config.latents());
        json.add("settings", object(config.settings().asMap()));
        provenance.ifPresent(p -> {
            JsonObject said = new JsonObject();
            said.addProperty("model", p.model());
            said.addProperty("model_fingerprint", p.modelFingerprint());
            said.addProperty("point", p.point().toString());
            said.add("facts", object(p.facts()));
            json.add("provenance", said);
        });
        JsonObject weights = new JsonObject();
        weights.addProperty("file", RefractFormat.WEIGHTS);
        weights.addProperty("bytes", bytes);
        weights.addProperty("sha256", sha256);
        json.add("weights", weights);
        return Json.text(json);
    }

    /** Reads the sidecar of a folder. */
    static Sidecar read(Path folder) throws RefractException {
        Json json = Json.read(folder.resolve(FILE));
        if (!json.at("format").text().equals(FORMAT)) {
            throw json.at("format").wrong("'" + FORMAT + "'");
        }
        if (json.at("version").integer() != VERSION) {
            throw json.at("version").wrong(VERSION + " (a newer Refract wrote this dictionary)");
        }
        Json weights = json.at("weights");
        if (!weights.at("file").text().equals(RefractFormat.WEIGHTS)) {
            throw weights.at("file").wrong("'" + RefractFormat.WEIGHTS + "'");
        }
        SaeConfig config = new SaeConfig(json.at("variant").text(), size(json, "width"), size(json, "output_width"), size(json, "latents"),
                settings(texts(json.at("settings"))));
        Optional<Provenance> provenance = Optional.empty();
        if (json.has("provenance")) {
            Json said = json.at("provenance");
            provenance = Optional.of(new Provenance(said.at("model").text(), said.at("model_fingerprint").text(),
                    HookPoint.parse(said.at("point").text()), texts(said.at("facts"))));
        }
        return new Sidecar(config, provenance, weights.at("bytes").integer(), weights.at("sha256").text());
    }

    /** Settings as the file says them; the variant that restores the dictionary checks them against what it knows. */
    private static Settings settings(Map<String, String> values) throws RefractException {
        List<Hyperparameter> known = new ArrayList<>();
        values.forEach((name, value) -> known.add(new Hyperparameter(name, kind(value), value, value, Optional.empty())));
        return Settings.of(known, values);
    }

    private static Hyperparameter.Kind kind(String value) {
        if (value.matches("[+-]?\\d{1,18}")) {
            return Hyperparameter.Kind.INTEGER;
        }
        return value.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?") ? Hyperparameter.Kind.REAL : Hyperparameter.Kind.CHOICE;
    }

    private static int size(Json json, String name) throws RefractException {
        return json.at(name).integer(1, Integer.MAX_VALUE);
    }

    private static Map<String, String> texts(Json object) throws RefractException {
        Map<String, String> texts = new TreeMap<>();
        for (var field : object.fields().entrySet()) {
            texts.put(field.getKey(), field.getValue().text());
        }
        return texts;
    }

    private static JsonObject object(Map<String, String> texts) {
        JsonObject object = new JsonObject();
        new TreeMap<>(texts).forEach(object::addProperty);
        return object;
    }
}
