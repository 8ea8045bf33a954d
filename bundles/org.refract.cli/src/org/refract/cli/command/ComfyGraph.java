package org.refract.cli.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.json.Json;

/** The nodes that ComfyUI ran for a picture, and the links between them: {@code {"3": {"class_type": "KSampler", "inputs": {"model": ["4", 0], ...}}}}. */
final class ComfyGraph {
    private final Map<String, Node> nodes = new LinkedHashMap<>();

    /**
     * A node.
     *
     * @param type   its class
     * @param inputs values and links, as they stand in the file
     */
    record Node(String id, String type, Map<String, Json> inputs) {

        boolean has(String input) {
            return inputs.containsKey(input);
        }

        /** Whether an input is a switch that is off. */
        boolean isOff(String input) {
            try {
                return inputs.containsKey(input) && !inputs.get(input).flag();
            } catch (RefractException noSwitch) {
                return false;
            }
        }

        /** Whether its class has a word in its name, in any case. */
        boolean isCalled(String... words) {
            String plain = type.toLowerCase(Locale.ROOT);
            for (String word : words) {
                if (plain.contains(word)) {
                    return true;
                }
            }
            return false;
        }

        /** In sentences. */
        String named() {
            return "the node " + type;
        }
    }

    /**
     * Where an input comes from.
     *
     * @param output which of the node's results
     */
    record Link(Node node, int output) {
    }

    private ComfyGraph() {
    }

    /**
     * Reads a graph.
     *
     * @param file what sentences call it
     */
    static ComfyGraph read(String file, String text) throws RefractException {
        Json json = Json.parse(file, text);
        ComfyGraph graph = new ComfyGraph();
        for (Map.Entry<String, Json> field : json.fields().entrySet()) {
            Json node = field.getValue();
            if (node.isObject() && node.find("class_type").filter(Json::isText).isPresent()) {
                Optional<Json> inputs = node.find("inputs").filter(Json::isObject);
                graph.nodes.put(field.getKey(), new Node(field.getKey(), node.at("class_type").text(), inputs.isPresent() ? inputs.get().fields() : Map.of()));
            }
        }
        if (graph.nodes.isEmpty()) {
            throw RefractException.usage("%s holds no nodes of ComfyUI, so how it was drawn is not known here.", file);
        }
        return graph;
    }

    List<Node> nodes() {
        return List.copyOf(nodes.values());
    }

    /** Where an input comes from; empty where it is a value, or where its node is missing. */
    Optional<Link> link(Node node, String input) throws RefractException {
        Json value = node.inputs().get(input);
        if (value == null || !value.isList()) {
            return Optional.empty();
        }
        List<Json> pair = value.items();
        if (pair.size() != 2 || !(pair.getFirst().isText() || pair.getFirst().isNumber()) || !pair.getLast().isNumber()) {
            return Optional.empty();
        }
        int output = (int) pair.getLast().element().getAsDouble();
        return Optional.ofNullable(nodes.get(PictureRecord.text(pair.getFirst()))).map(from -> new Link(from, output));
    }

    /** The first input that is a link, of some in order. */
    Optional<Link> link(Node node, List<String> inputs) throws RefractException {
        for (String input : inputs) {
            Optional<Link> link = link(node, input);
            if (link.isPresent()) {
                return link;
            }
        }
        return Optional.empty();
    }

    /** Inputs that are links, by their names. */
    Map<String, Link> links(Node node) throws RefractException {
        Map<String, Link> links = new LinkedHashMap<>();
        for (String input : node.inputs().keySet()) {
            link(node, input).ifPresent(link -> links.put(input, link));
        }
        return links;
    }

    /** Nodes that no other takes anything from. */
    List<Node> last() throws RefractException {
        List<Node> last = new ArrayList<>(nodes.values());
        for (Node node : nodes.values()) {
            links(node).values().forEach(link -> last.remove(link.node()));
        }
        return last;
    }

    /** Whether a node hands on what it is given: reroutes, and those that show a value on their way. */
    boolean handsOn(Node node) throws RefractException {
        return node.isCalled("reroute", "show", "preview", "display") && links(node).size() == 1;
    }
}
