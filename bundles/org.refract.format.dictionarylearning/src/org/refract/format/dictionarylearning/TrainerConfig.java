package org.refract.format.dictionarylearning;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.refract.api.RefractException;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;
import org.refract.api.sae.Provenance;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.file.Json;

/**
 * What a {@code config.json} says.
 *
 * @param dictClass what is computed
 * @param trainer   its field {@code trainer}
 * @param buffer    its field {@code buffer}, if there is one
 */
record TrainerConfig(DictClass dictClass, Json trainer, Optional<Json> buffer) {

    static final String FILE = "config.json";

    private static final Set<String> KNOWN = Set.of("trainer_class", "dict_class", "activation_dim", "dict_size", "k", "lm_name", "submodule_name");

    static TrainerConfig read(Path folder) throws RefractException {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw RefractException.usage("%s lacks %s: it alone says which of dictionary_learning's classes the tensors belong to (%s).", folder, FILE,
                    String.join(", ", DictClass.all()));
        }
        Json config = Json.read(file);
        Json trainer = config.at("trainer");
        Optional<DictClass> dictClass = DictClass.named(trainer.at("dict_class").text());
        if (dictClass.isEmpty()) {
            throw trainer.at("dict_class").wrong("one of " + String.join(", ", DictClass.all()));
        }
        return new TrainerConfig(dictClass.get(), trainer, config.find("buffer"));
    }

    /** @param k the buffer of the weights, which must be the k of the config where both are there */
    SaeConfig config(Optional<Long> k) throws RefractException {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("apply_b_dec_to_input", String.valueOf(dictClass.centred()));
        if (dictClass.sparse()) {
            long said = k.isPresent() && !trainer.has("k") ? k.get() : trainer.at("k").integer();
            if (k.isPresent() && k.get() != said) {
                throw trainer.at("k").wrong(k.get() + " as in the weights");
            }
            settings.put("k", String.valueOf(said));
        }
        int width = trainer.at("activation_dim").integer(1, Integer.MAX_VALUE);
        return dictClass.form().config(width, width, trainer.at("dict_size").integer(1, Integer.MAX_VALUE), settings);
    }

    Optional<Provenance> provenance() throws RefractException {
        if (!trainer.has("lm_name") || !trainer.has("submodule_name")) {
            return Optional.empty();
        }
        Map<String, String> facts = new TreeMap<>();
        facts(trainer, "", facts);
        if (buffer.isPresent()) {
            facts(buffer.get(), "buffer.", facts);
        }
        return Optional.of(new Provenance(trainer.at("lm_name").text(), "", new HookPoint(trainer.at("submodule_name").text(), Site.OUTPUT), facts));
    }

    private static void facts(Json object, String prefix, Map<String, String> facts) throws RefractException {
        for (Map.Entry<String, Json> field : object.fields().entrySet()) {
            JsonElement value = field.getValue().element();
            if (!KNOWN.contains(field.getKey()) && value.isJsonPrimitive()) {
                facts.put(prefix + field.getKey(), value.getAsString());
            }
        }
    }

    /** Whether dictionary_learning's classes have what the config asks for. */
    static boolean holds(SaeConfig config) {
        boolean selection = !config.variant().equals("ksparse") || config.settings().text("activation").equals("topk");
        boolean whole = !config.settings().asMap().containsKey("k") || config.settings().real("k") == Math.rint(config.settings().real("k"));
        return selection && whole && config.settings().text("normalize_activations").equals("none")
                && !config.settings().flag("rescale_acts_by_decoder_norm") && !config.settings().flag("transcode");
    }

    /** The {@code config.json} of an SAE. */
    static JsonObject json(DictClass dictClass, SaeConfig config, Optional<Provenance> provenance) {
        JsonObject trainer = new JsonObject();
        JsonObject buffer = new JsonObject();
        provenance.ifPresent(p -> {
            p.facts().forEach((name, value) -> (name.startsWith("buffer.") ? buffer : trainer).addProperty(name.replaceFirst("^buffer\\.", ""), value));
            trainer.addProperty("lm_name", p.model());
            trainer.addProperty("submodule_name", p.point().path());
        });
        trainer.addProperty("trainer_class", dictClass.trainer());
        trainer.addProperty("dict_class", dictClass.title());
        trainer.addProperty("activation_dim", config.width());
        trainer.addProperty("dict_size", config.latents());
        if (dictClass.sparse()) {
            trainer.addProperty("k", (int) config.settings().real("k"));
        }
        JsonObject json = new JsonObject();
        json.add("trainer", trainer);
        json.add("buffer", buffer);
        return json;
    }
}
