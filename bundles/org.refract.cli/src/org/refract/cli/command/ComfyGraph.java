package org.refract.cli.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.engine.file.Json;

/**
 * Reads the graph of nodes that ComfyUI writes into a PNG file: the first sampler, the texts that lead into it and its empty latents. What
 * other nodes do is not known here and named.
 */
final class ComfyGraph {
    private static final Set<String> SAMPLERS = Set.of("KSampler", "KSamplerAdvanced");
    private static final Set<String> KNOWN = Set.of("KSampler", "KSamplerAdvanced", "CLIPTextEncode", "CLIPTextEncodeSDXL", "EmptyLatentImage",
            "CheckpointLoaderSimple", "VAEDecode", "SaveImage", "PreviewImage");
    private static final int DEEPEST = 8;

    private final Map<String, Json> nodes;

    private ComfyGraph(Map<String, Json> nodes) {
        this.nodes = nodes;
    }

    static PastPicture read(String file, String text) throws RefractException {
        return new ComfyGraph(Json.parse(file, text).fields()).read(file);
    }

    private PastPicture read(String file) throws RefractException {
        Optional<Json> found = Optional.empty();
        List<String> lost = new ArrayList<>();
        for (Json node : nodes.values()) {
            String type = type(node);
            if (SAMPLERS.contains(type) && found.isEmpty()) {
                found = Optional.of(node);
            } else if (!KNOWN.contains(type) || SAMPLERS.contains(type)) {
                lost.add("the node " + type);
            }
        }
        Json sampler = found.orElseThrow(() -> RefractException.usage("%s has no KSampler, so what it drew is not known here.", file)).at("inputs");
        Map<String, List<String>> values = new LinkedHashMap<>();
        values.put(PastPicture.PROMPT, List.of(text(sampler, "positive").orElse("")));
        put(values, "seed", sampler, sampler.has("seed") ? "seed" : "noise_seed");
        put(values, "steps", sampler, "steps");
        put(values, "guidance", sampler, "cfg");
        if (values.getOrDefault("guidance", List.of("2")).stream().mapToDouble(Double::parseDouble).allMatch(scale -> scale > 1)) {
            text(sampler, "negative").ifPresent(t -> values.put("negative", List.of(t)));
        }
        scheduler(sampler).ifPresent(s -> values.put("scheduler", List.of(s)));
        Optional<Json> latents = source(sampler, "latent_image").filter(n -> type(n).equals("EmptyLatentImage"));
        if (latents.isPresent()) {
            Json size = latents.get().at("inputs");
            if (size.at("width").isNumber() && size.at("height").isNumber()) {
                values.put("size", List.of(size.at("width").integer() + "x" + size.at("height").integer()));
            }
        } else {
            lost.add("the latents it began with");
        }
        values.put("weighting", List.of("a1111"));
        Optional<String> model = Optional.empty();
        for (Json node : nodes.values()) {
            if (type(node).equals("CheckpointLoaderSimple") && node.at("inputs").has("ckpt_name")) {
                model = Optional.of(PictureRecord.text(node.at("inputs").at("ckpt_name")));
            }
        }
        return new PastPicture(new OptionValues(values), model, Optional.empty(), lost,
                List.of("ComfyUI weighs words in another way than is done here, so a prompt with (word:1.2) gives another picture."));
    }

    private static String type(Json node) {
        try {
            return node.find("class_type").isPresent() ? node.at("class_type").text() : "";
        } catch (RefractException notANode) {
            return "";
        }
    }

    private static void put(Map<String, List<String>> values, String name, Json inputs, String key) throws RefractException {
        Optional<Json> value = inputs.find(key);
        if (value.isPresent() && value.get().isNumber()) {
            values.put(name, List.of(PictureRecord.text(value.get())));
        }
    }

    private static Optional<String> scheduler(Json inputs) throws RefractException {
        Optional<Json> sampler = inputs.find("sampler_name").filter(Json::isText);
        if (sampler.isEmpty()) {
            return Optional.empty();
        }
        String name = sampler.get().text();
        Optional<Json> spacing = inputs.find("scheduler").filter(Json::isText);
        return Optional.of(switch (spacing.isEmpty() ? "" : spacing.get().text()) {
            case "karras" -> name + "_karras";
            case "exponential" -> name + "_exponential";
            case "beta" -> name + "_beta";
            case "kl_optimal" -> name + "_kl_optimal";
            case "sgm_uniform", "simple" -> name + ",timestep_spacing=trailing";
            case "normal" -> name + ",timestep_spacing=linspace";
            case "ddim_uniform" -> name + ",timestep_spacing=leading";
            default -> name;
        });
    }

    /** The node that an input comes from. */
    private Optional<Json> source(Json inputs, String name) throws RefractException {
        Optional<Json> link = inputs.find(name).filter(Json::isList);
        if (link.isEmpty() || link.get().items().isEmpty()) {
            return Optional.empty();
        }
        return Optional.ofNullable(nodes.get(PictureRecord.text(link.get().items().getFirst())));
    }

    /** The text that leads into an input, through nodes that change it. */
    private Optional<String> text(Json inputs, String name) throws RefractException {
        Optional<Json> node = source(inputs, name);
        for (int depth = 0; node.isPresent() && depth < DEEPEST; depth++) {
            Json into = node.get().at("inputs");
            for (String key : List.of("text", "text_g", "text_l")) {
                if (into.has(key) && into.at(key).isText()) {
                    return Optional.of(into.at(key).text());
                }
            }
            node = source(into, "conditioning");
        }
        return Optional.empty();
    }
}
