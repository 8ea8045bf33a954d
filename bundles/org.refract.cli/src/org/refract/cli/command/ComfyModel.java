package org.refract.cli.command;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.cli.command.ComfyGraph.Link;
import org.refract.cli.command.ComfyGraph.Node;

/** The model that a sampler draws with, and what was added to it on the way. */
final class ComfyModel {
    private static final List<String> FILES = List.of("ckpt_name", "unet_name", "model_name", "base_ckpt_name");

    private final ComfyGraph graph;
    private final ComfyValues values;
    private final List<String> lost = new ArrayList<>();
    private Optional<String> name = Optional.empty();

    ComfyModel(ComfyGraph graph, ComfyValues values, Optional<Link> model) throws RefractException {
        this.graph = graph;
        this.values = values;
        Set<String> seen = new HashSet<>();
        for (Optional<Link> at = model; at.isPresent() && seen.add(at.get().node().id()); ) {
            Node node = at.get().node();
            at = graph.link(node, "model");
            if (at.isEmpty() && graph.handsOn(node)) {
                at = graph.links(node).values().stream().findFirst();
            } else {
                read(node);
            }
        }
    }

    /** The file's name, if it is known. */
    Optional<String> name() {
        return name;
    }

    /** LoRAs and other nodes, as what cannot be restored. */
    List<String> lost() {
        return lost;
    }

    private void read(Node node) throws RefractException {
        for (String file : FILES) {
            if (node.has(file)) {
                name = values.text(node, file).value();
                return;
            }
        }
        if (node.has("lora_name")) {
            lora(values.text(node, "lora_name").value().orElse("?"), values.signed(node, "strength_model").value());
            return;
        }
        List<Json> several = node.inputs().values().stream().filter(input -> input.isObject()).toList();
        boolean found = false;
        for (Json entry : several) {
            Optional<Json> file = entry.find("lora").filter(Json::isText);
            found |= file.isPresent();
            Optional<Json> strength = entry.find("strength").filter(Json::isNumber);
            if (file.isPresent() && (entry.find("on").isEmpty() || entry.at("on").flag())) {
                lora(file.get().text(), strength.isPresent() ? Optional.of(PictureRecord.text(strength.get())) : Optional.empty());
            }
        }
        if (!found) {
            lost.add(node.named());
        }
    }

    private void lora(String file, Optional<String> strength) {
        lost.addFirst("the LoRA " + file + strength.map(s -> " of strength " + s).orElse("") + " (--lora FILE)");
    }
}
