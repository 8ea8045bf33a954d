package org.refract.format.saelens;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;
import org.refract.api.sae.Provenance;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.sae.SaeForm;

/**
 * What a {@code cfg.json} says. That of version 6, which keeps its facts in {@code metadata}, says everything; older ones leave out what was the
 * only choice then.
 *
 * @param config     the SAE
 * @param architecture as SAELens calls it
 * @param widths     of a Matryoshka SAE's nested dictionaries, ascending; else empty
 * @param finetuned  whether a factor for each latent belongs to it, by which its decoder multiplies the latents
 * @param provenance the model and the hook, under TransformerLens' name of it; its fingerprint is not known
 */
record SaeLensConfig(SaeConfig config, String architecture, List<Integer> widths, boolean finetuned, Optional<Provenance> provenance) {

    /** The architecture of SAELens' Matryoshka training. */
    static final String MATRYOSHKA = "matryoshka_batchtopk";

    /** The first version whose files say everything. */
    private static final int WHOLE = 6;
    private static final String VERSION = "sae_lens_version";
    private static final Pattern MAJOR = Pattern.compile("(\\d{1,4})\\..*");

    static SaeLensConfig read(Json cfg) throws RefractException {
        Map<String, String> facts = SaeLensFields.KNOWN.check(cfg);
        if (cfg.has("activation_fn_kwargs")) {
            SaeLensFields.ACTIVATION.check(cfg.at("activation_fn_kwargs"));
        }
        boolean whole = whole(cfg);
        String architecture = whole || cfg.has("architecture") ? cfg.at("architecture").text() : "standard";
        String activation = cfg.has("activation_fn_str") ? cfg.at("activation_fn_str").text()
                : cfg.has("activation_fn") ? cfg.at("activation_fn").text() : "relu";
        if (architecture.equals("standard") && activation.equals("topk")) {
            architecture = "topk";
        } else if (!activation.equals("relu") && !architecture.equals("topk")) {
            throw cfg.at(cfg.has("activation_fn_str") ? "activation_fn_str" : "activation_fn").wrong("'relu' or 'topk'");
        }
        boolean transcode = architecture.endsWith("transcoder");
        SaeForm form = switch (architecture) {
            case "standard", "transcoder", "skip_transcoder" -> SaeForm.RELU;
            case "jumprelu", "jumprelu_transcoder", "jumprelu_skip_transcoder" -> SaeForm.JUMPRELU;
            case "gated" -> SaeForm.GATED;
            case "topk" -> SaeForm.KSPARSE;
            case "batchtopk" -> SaeForm.BATCHTOPK;
            case MATRYOSHKA -> SaeForm.MATRYOSHKA;
            default -> throw cfg.at("architecture").wrong(
                    "standard, topk, batchtopk, matryoshka_batchtopk, jumprelu, gated, transcoder, skip_transcoder, jumprelu_transcoder or"
                            + " jumprelu_skip_transcoder");
        };
        boolean finetuned = cfg.has("finetuning_scaling_factor") && cfg.at("finetuning_scaling_factor").flag();
        if (cfg.has("reshape_activations") && !cfg.at("reshape_activations").text().matches("none|hook_z")) {
            throw cfg.at("reshape_activations").wrong("none or hook_z");
        }
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("transcode", String.valueOf(transcode));
        boolean toInput = whole || cfg.has("apply_b_dec_to_input") ? cfg.at("apply_b_dec_to_input").flag() : !transcode;
        if (transcode && toInput) {
            throw cfg.at("apply_b_dec_to_input").wrong("false for a transcoder, whose b_dec belongs to the output");
        }
        settings.put("apply_b_dec_to_input", String.valueOf(toInput));
        settings.put("normalize_activations", normalisation(cfg, whole));
        boolean ofBatch = form == SaeForm.BATCHTOPK || form == SaeForm.MATRYOSHKA;
        if (cfg.has("rescale_acts_by_decoder_norm") || ofBatch) {
            boolean rescale = !cfg.has("rescale_acts_by_decoder_norm") || cfg.at("rescale_acts_by_decoder_norm").flag();
            settings.put("rescale_acts_by_decoder_norm", String.valueOf(rescale));
        }
        if (form == SaeForm.KSPARSE || ofBatch) {
            Json k = cfg.has("k") ? cfg.at("k") : cfg.at("activation_fn_kwargs").at("k");
            settings.put("k", form == SaeForm.KSPARSE ? String.valueOf(k.integer(1, Integer.MAX_VALUE)) : String.valueOf(k.number()));
        }
        if (form == SaeForm.RELU && (cfg.has("k") || cfg.has("activation_fn_kwargs") && cfg.at("activation_fn_kwargs").has("k"))) {
            throw RefractException.usage("A cfg.json of architecture %s has no k, this one has: its activation is another one.", architecture);
        }
        int width = cfg.at("d_in").integer(1, Integer.MAX_VALUE);
        int outputWidth = transcode ? cfg.at("d_out").integer(1, Integer.MAX_VALUE) : width;
        int latents = cfg.at("d_sae").integer(1, Integer.MAX_VALUE);
        List<Integer> widths = form == SaeForm.MATRYOSHKA ? widths(cfg.at("matryoshka_widths"), latents) : List.of();
        return new SaeLensConfig(form.config(width, outputWidth, latents, settings), architecture, widths, finetuned, provenance(cfg, facts));
    }

    /** Whether a version that says everything wrote the file; SAELens takes one that names none for older (handle_config_defaulting). */
    private static boolean whole(Json cfg) throws RefractException {
        Json said = cfg.has(VERSION) ? cfg : facts(cfg);
        if (!said.has(VERSION)) {
            return false;
        }
        Matcher major = MAJOR.matcher(said.at(VERSION).text());
        if (!major.matches()) {
            throw said.at(VERSION).wrong("a version such as 6.30.0");
        }
        return Integer.parseInt(major.group(1)) >= WHOLE;
    }

    /** Where it says what it was made of. */
    private static Json facts(Json cfg) throws RefractException {
        return cfg.has("meta") ? cfg.at("meta") : cfg.has("metadata") ? cfg.at("metadata") : cfg;
    }

    /** Strictly increasing; the whole dictionary is the last of them, as SAELens adds it where it is missing. */
    private static List<Integer> widths(Json said, int latents) throws RefractException {
        List<Integer> widths = new ArrayList<>();
        for (Json width : said.items()) {
            widths.add(width.integer(1, latents));
            if (widths.size() > 1 && widths.getLast() <= widths.get(widths.size() - 2)) {
                throw said.wrong("strictly increasing widths");
            }
        }
        if (widths.isEmpty() || widths.getLast() < latents) {
            widths.add(latents);
        }
        return List.copyOf(widths);
    }

    /**
     * Version 6 always says it, so without it the latents cannot be known. A flat file that does not is older than the choice, and a flag in one
     * means expected_average_only_in or none (SAELens, loading/pretrained_sae_loaders.py, handle_pre_6_0_config).
     */
    private static String normalisation(Json cfg, boolean whole) throws RefractException {
        if (!whole && !cfg.has("normalize_activations")) {
            return "none";
        }
        Json said = cfg.at("normalize_activations");
        return said.isText() ? said.text() : said.flag() ? "expected_average_only_in" : "none";
    }

    /** @param flat what the file says of the dictionary's origin outside of metadata */
    private static Optional<Provenance> provenance(Json cfg, Map<String, String> flat) throws RefractException {
        Json said = facts(cfg);
        String hook = said.has("hook_name") ? "hook_name" : "hook_point";
        if (!said.has("model_name") || !said.has(hook) || !said.at("model_name").isText() || !said.at(hook).isText()) {
            return Optional.empty();
        }
        Map<String, String> facts = new TreeMap<>(flat);
        facts.keySet().removeAll(List.of("dtype", "device"));
        if (said != cfg) {
            for (Map.Entry<String, Json> field : said.fields().entrySet()) {
                JsonElement value = field.getValue().element();
                if (!field.getKey().equals("model_name") && !field.getKey().equals(hook) && value.isJsonPrimitive()) {
                    facts.put(field.getKey(), value.getAsString());
                }
            }
        }
        return Optional.of(new Provenance(said.at("model_name").text(), "", new HookPoint(said.at(hook).text(), Site.OUTPUT), facts));
    }

    /** The {@code cfg.json} of an SAE, as SAELens 6 writes it. */
    static JsonObject json(SaeConfig config, boolean skip, Optional<Provenance> provenance) throws RefractException {
        JsonObject cfg = new JsonObject();
        SaeForm form = SaeForm.find(config.variant()).orElseThrow();
        boolean rescale = config.settings().flag("rescale_acts_by_decoder_norm");
        if (rescale && form != SaeForm.KSPARSE) {
            throw cannot("a " + form.id() + " autoencoder with latents in units of decoder norms");
        }
        cfg.addProperty("d_in", config.width());
        cfg.addProperty("d_sae", config.latents());
        cfg.addProperty("dtype", "float32");
        cfg.addProperty("device", "cpu");
        cfg.addProperty("apply_b_dec_to_input", config.settings().flag("apply_b_dec_to_input"));
        cfg.addProperty("normalize_activations", config.settings().text("normalize_activations"));
        cfg.addProperty("reshape_activations", "none");
        JsonObject metadata = new JsonObject();
        provenance.ifPresent(p -> {
            p.facts().forEach(metadata::addProperty);
            metadata.addProperty("model_name", p.model());
            metadata.addProperty("hook_name", p.point().path());
        });
        cfg.add("metadata", metadata);
        if (form == SaeForm.KSPARSE) {
            cfg.addProperty("k", config.settings().integer("k"));
            cfg.addProperty("rescale_acts_by_decoder_norm", rescale);
        }
        boolean transcode = config.settings().flag("transcode");
        if (transcode) {
            cfg.addProperty("d_out", config.outputWidth());
        }
        cfg.addProperty("architecture", architecture(form, config, transcode, skip));
        return cfg;
    }

    /** The {@code cfg.json} of a training's checkpoint, as SAELens 6 writes it; {@code groups} are those of a Matryoshka SAE, else empty. */
    static JsonObject trainingJson(SaeConfig config, long[] groups, Optional<Provenance> provenance) throws RefractException {
        SaeForm form = SaeForm.find(config.variant()).filter(f -> f == SaeForm.BATCHTOPK || f == SaeForm.MATRYOSHKA)
                .orElseThrow(() -> RefractException.usage("SAELens' training format is for batchtopk and matryoshka dictionaries, not for '%s': write saelens.",
                        config.variant()));
        boolean rescale = config.settings().flag("rescale_acts_by_decoder_norm");
        JsonObject cfg = json(form.with(config, "rescale_acts_by_decoder_norm", "false"), false, provenance);
        cfg.addProperty("k", config.settings().real("k"));
        cfg.addProperty("rescale_acts_by_decoder_norm", rescale);
        cfg.addProperty("architecture", form == SaeForm.BATCHTOPK ? "batchtopk" : MATRYOSHKA);
        if (form == SaeForm.MATRYOSHKA) {
            JsonArray widths = new JsonArray();
            long width = 0;
            for (long group : groups) {
                width += group;
                widths.add(width);
            }
            cfg.add("matryoshka_widths", widths);
        }
        return cfg;
    }

    private static String architecture(SaeForm form, SaeConfig config, boolean transcode, boolean skip) throws RefractException {
        if (transcode) {
            return switch (form.id()) {
                case "relu" -> skip ? "skip_transcoder" : "transcoder";
                case "jumprelu" -> skip ? "jumprelu_skip_transcoder" : "jumprelu_transcoder";
                default -> refused("a " + form.id() + " transcoder");
            };
        }
        return switch (form.id()) {
            case "relu" -> "standard";
            case "jumprelu", "batchtopk", "matryoshka" -> "jumprelu";
            case "gated" -> "gated";
            case "ksparse" -> config.settings().text("activation").equals("topk") ? "topk" : refused("the activation " + config.settings().text("activation"));
            default -> refused("a " + form.id());
        };
    }

    private static String refused(String what) throws RefractException {
        throw cannot(what);
    }

    private static RefractException cannot(String what) {
        return RefractException.usage("A SAELens checkpoint cannot hold %s: write Refract's own format.", what);
    }
}
