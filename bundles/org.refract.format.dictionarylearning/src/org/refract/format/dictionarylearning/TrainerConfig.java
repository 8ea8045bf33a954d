package org.refract.format.dictionarylearning;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;
import org.refract.api.sae.Provenance;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.sae.KnownFields;

/**
 * What a {@code config.json} says.
 *
 * @param dictClass what is computed
 * @param trainer   its field {@code trainer}
 * @param buffer    its field {@code buffer}, if there is one
 * @param own       what a dictionary that was written here says besides
 */
record TrainerConfig(DictClass dictClass, Json trainer, Optional<Json> buffer, Optional<Json> own) {

    static final String FILE = "config.json";

    /** Where a dictionary that was written here keeps what the tool has no field for. */
    private static final String OWN = "refract";

    private static final KnownFields TOP = new KnownFields("dictionary_learning", Set.of("trainer", "buffer", OWN), Map.of(), Set.of());

    private static final KnownFields TRAINER = new KnownFields("dictionary_learning",
            Set.of("dict_class", "activation_dim", "dict_size", "k", "lm_name", "submodule_name"),
            Map.of("norm_factor", List.of("1")),
            Set.of("trainer_class", "activation_queue_length", "adaptive_sparsity_penalty", "anneal_start", "anneal_end", "auxk_alpha", "bandwidth",
                    "decay_start", "device", "gp_reg_coeff", "group_fractions", "group_sizes", "group_weights", "k_anneal_steps", "l0_penalty",
                    "l1_penalty", "lambda_warm_steps", "layer", "lr", "n_sparsity_updates", "p_end", "p_start", "resample_steps", "seed",
                    "sparsity_coefficient", "sparsity_function", "sparsity_loss_queue_length", "sparsity_penalty", "sparsity_queue_length",
                    "sparsity_warmup_steps", "steps", "steps_before_annealing", "target_l0", "threshold_beta", "threshold_start_step", "top_k_aux",
                    "wandb_name", "warmup_steps", "weights_temperature"));

    /** Where the vectors came from; {@code in_and_out} would be pairs, from which transcoders learn. */
    private static final KnownFields BUFFER = new KnownFields("dictionary_learning", Set.of(), Map.of("io", List.of("in", "out")),
            Set.of("ctx_len", "d_submodule", "device", "layer", "n_ctxs", "out_batch_size", "refresh_batch_size"));

    static TrainerConfig read(Path folder) throws RefractException {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw RefractException.usage("%s lacks %s: it alone says which of dictionary_learning's classes the tensors belong to (%s).", folder, FILE,
                    String.join(", ", DictClass.all()));
        }
        Json config = Json.read(file);
        TOP.check(config);
        Json trainer = config.at("trainer");
        TRAINER.check(trainer);
        if (config.has("buffer")) {
            BUFFER.check(config.at("buffer"));
        }
        Optional<DictClass> dictClass = DictClass.named(trainer.at("dict_class").text());
        if (dictClass.isEmpty()) {
            throw trainer.at("dict_class").wrong("one of " + String.join(", ", DictClass.all()));
        }
        return new TrainerConfig(dictClass.get(), trainer, config.find("buffer"), config.find(OWN));
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
        Map<String, String> facts = new TreeMap<>(TRAINER.check(trainer));
        facts.remove("trainer_class");
        Site site = Site.OUTPUT;
        if (buffer.isPresent()) {
            BUFFER.check(buffer.get()).forEach((name, value) -> facts.put("buffer." + name, value));
            site = buffer.get().has("io") && buffer.get().at("io").text().equals("in") ? Site.INPUT : Site.OUTPUT;
        }
        if (own.isPresent()) {
            for (Map.Entry<String, Json> fact : own.get().fields().entrySet()) {
                facts.put(fact.getKey(), fact.getValue().text());
            }
        }
        return Optional.of(new Provenance(trainer.at("lm_name").text(), "", new HookPoint(trainer.at("submodule_name").text(), site), facts));
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
        JsonObject own = new JsonObject();
        provenance.ifPresent(p -> {
            p.facts().forEach((name, value) -> {
                JsonObject place = place(name, trainer, buffer, own);
                place.addProperty(place == buffer ? name.substring("buffer.".length()) : name, value);
            });
            trainer.addProperty("lm_name", p.model());
            trainer.addProperty("submodule_name", p.point().path());
            buffer.addProperty("io", p.point().site() == Site.INPUT ? "in" : "out");
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
        if (!own.isEmpty()) {
            json.add(OWN, own);
        }
        return json;
    }

    private static JsonObject place(String fact, JsonObject trainer, JsonObject buffer, JsonObject own) {
        if (fact.startsWith("buffer.")) {
            return BUFFER.harmless().contains(fact.substring("buffer.".length())) ? buffer : own;
        }
        return TRAINER.harmless().contains(fact) ? trainer : own;
    }
}
