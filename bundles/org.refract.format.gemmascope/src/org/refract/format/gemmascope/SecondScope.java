package org.refract.format.gemmascope;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.Provenance;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.sae.KnownFields;
import org.refract.engine.sae.Weights;

/**
 * The {@code params.safetensors} and {@code config.json} of Gemma Scope 2: {@code w_enc} (width, latents), {@code w_dec} (latents, output
 * width), {@code b_enc}, {@code b_dec}, {@code threshold}, and of some transcoders {@code affine_skip_connection} (width, output width), x of
 * which is added to the output.
 */
final class SecondScope {

    private static final String CONFIG = "config.json";
    private static final String SKIP = "affine_skip_connection";

    private static final KnownFields KNOWN = new KnownFields("Gemma Scope 2",
            Set.of("architecture", "type", "affine_connection", "width", "model_name", "hf_hook_point_in", "hf_hook_point_out"), Map.of(),
            Set.of("l0"));

    private SecondScope() {
    }

    static Checkpoint read(Path file, NDManager owner) throws RefractException {
        Path beside = file.resolveSibling(CONFIG);
        if (!Files.isRegularFile(beside)) {
            throw RefractException.usage("%s has no %s beside it, which says whether it is an autoencoder or a transcoder: get it too.", file, CONFIG);
        }
        Json config = Json.read(beside);
        Map<String, String> facts = new TreeMap<>(KNOWN.check(config));
        if (!config.at("architecture").text().equals("jump_relu")) {
            throw config.at("architecture").wrong("'jump_relu'");
        }
        boolean transcode = transcodes(config);
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        try (SafeTensors weights = SafeTensors.open(file); NDManager step = owner.newSubManager()) {
            for (String name : weights.names()) {
                NDArray read = weights.read(name, step);
                if (name.equals(SKIP)) {
                    tensors.put("W_skip", Weights.readTransposed(owner, file, name, read));
                } else {
                    tensors.put(Params.plain(name), Weights.read(owner, file, name, read));
                }
            }
        }
        boolean skip = config.has("affine_connection") && config.at("affine_connection").flag();
        if (skip != tensors.containsKey("W_skip")) {
            throw config.at("affine_connection").wrong(skip ? "false, as there is no " + SKIP : "true, as there is an " + SKIP);
        }
        var sae = Params.config(file, tensors, transcode);
        if (config.has("width") && config.at("width").integer() != sae.latents()) {
            throw config.at("width").wrong(sae.latents() + ", the number of latents of " + file.getFileName());
        }
        return new Checkpoint(sae, tensors, provenance(config, facts), transcode && skip ? List.of(SKIP + " added to the output") : List.of());
    }

    /** By its type, and where that is missing by its two places. */
    private static boolean transcodes(Json config) throws RefractException {
        if (config.has("type")) {
            return switch (config.at("type").text()) {
                case "sae" -> false;
                case "transcoder" -> true;
                default -> throw config.at("type").wrong("'sae' or 'transcoder'");
            };
        }
        return config.has("hf_hook_point_out") && !config.at("hf_hook_point_out").text().equals(config.at("hf_hook_point_in").text());
    }

    private static Optional<Provenance> provenance(Json config, Map<String, String> facts) throws RefractException {
        if (!config.has("model_name") || !config.has("hf_hook_point_in")) {
            return Optional.empty();
        }
        if (config.has("hf_hook_point_out")) {
            facts.put("hf_hook_point_out", config.at("hf_hook_point_out").text());
        }
        String said = config.at("hf_hook_point_in").text();
        Site site = said.endsWith(".input") ? Site.INPUT : Site.OUTPUT;
        String path = said.replaceFirst("\\.(input|output)$", "");
        return Optional.of(new Provenance(config.at("model_name").text(), "", new HookPoint(path, site), facts));
    }
}
