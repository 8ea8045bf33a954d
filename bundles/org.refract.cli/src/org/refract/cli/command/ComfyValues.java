package org.refract.cli.command;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.cli.command.ComfyGraph.Link;
import org.refract.cli.command.ComfyGraph.Node;

/** Texts and numbers of a graph, which stand in a node or come over links from others that hold, hand on, join or change them. */
final class ComfyValues {
    /** What nodes that hold one value call it. */
    private static final List<String> VALUE = List.of("value", "text", "string", "prompt", "seed", "noise_seed", "int", "number", "float", "populated_text");
    private static final int MOST_DIGITS = 400;
    private static final Set<String> BETWEEN = Set.of("delimiter", "separator", "sep");
    /** Inputs that are joined: {@code string_a}, {@code text2}, {@code b}. */
    private static final Pattern PART = Pattern.compile("(?i)(?:string|text|str|prompt|input|value|part)?_?(?:[a-z]|\\d{1,3})");
    /** What is drawn by lot when the graph is run: {@code {red|blue}}, {@code __colour__}. */
    private static final Pattern LOTS = Pattern.compile("\\{[^{}]*\\||__[\\w/-]+__");

    private final ComfyGraph graph;

    ComfyValues(ComfyGraph graph) {
        this.graph = graph;
    }

    /**
     * A value, or why it is not known.
     *
     * @param value   empty if it is not known
     * @param unknown which node it comes from then; empty if there is none
     */
    record Answer(Optional<String> value, String unknown) {
        static Answer of(String value) {
            return new Answer(Optional.of(value), "");
        }

        static Answer unknown(String why) {
            return new Answer(Optional.empty(), why);
        }
    }

    Answer text(Node node, String input) throws RefractException {
        return find(node, input, value -> value.isText() || value.isNumber(), new HashSet<>());
    }

    /** A number. */
    Answer signed(Node node, String input) throws RefractException {
        return find(node, input, ComfyValues::isFinite, new HashSet<>());
    }

    /** A number from 0 on; below it, web pages mean one by lot. */
    Answer number(Node node, String input) throws RefractException {
        Answer found = signed(node, input);
        return found.value().isPresent() && new BigDecimal(found.value().get()).signum() < 0 ? Answer.unknown("a number below 0 in " + node.named()) : found;
    }

    /** A whole number from 0 on. */
    Answer whole(Node node, String input) throws RefractException {
        Answer found = number(node, input);
        if (found.value().isEmpty()) {
            return found;
        }
        try {
            return Answer.of(new BigDecimal(found.value().get()).toBigIntegerExact().toString());
        } catch (ArithmeticException e) {
            return Answer.unknown(node.named());
        }
    }

    private static boolean isFinite(Json value) {
        return value.isNumber() && Double.isFinite(value.element().getAsDouble()) && Math.abs(value.element().getAsBigDecimal().scale()) < MOST_DIGITS;
    }

    private Answer find(Node node, String input, Predicate<Json> kind, Set<String> seen) throws RefractException {
        Json value = node.inputs().get(input);
        if (value != null && kind.test(value)) {
            return Answer.of(PictureRecord.text(value));
        }
        Optional<Link> link = graph.link(node, input);
        return link.isPresent() ? of(link.get().node(), input, kind, seen) : Answer.unknown(value == null ? "" : node.named());
    }

    /** What a node gives. */
    private Answer of(Node node, String wanted, Predicate<Json> kind, Set<String> seen) throws RefractException {
        if (!seen.add(node.id())) {
            return Answer.unknown(node.named());
        }
        Map<String, Link> links = graph.links(node);
        if (graph.handsOn(node)) {
            return find(node, links.keySet().iterator().next(), kind, seen);
        }
        if (node.isCalled("concat", "join", "append", "combine")) {
            return joined(node, kind, seen);
        }
        if (node.type().equals("StringReplace") || node.type().equals("StringTrim")) {
            return changed(node, kind, seen);
        }
        return links.isEmpty() ? held(node, wanted, kind) : Answer.unknown(node.named());
    }

    /** Of a node without links: the value under the name that is wanted, else its only one. */
    private Answer held(Node node, String wanted, Predicate<Json> kind) throws RefractException {
        if (node.has("populated_text")) {
            return find(node, "populated_text", kind, new HashSet<>());
        }
        List<String> names = new ArrayList<>();
        names.add(wanted);
        names.addAll(VALUE);
        Optional<Json> found = Optional.empty();
        for (String name : names) {
            Optional<Json> value = node.inputs().entrySet().stream().filter(e -> e.getKey().equalsIgnoreCase(name) && kind.test(e.getValue())).map(Map.Entry::getValue).findFirst();
            found = found.or(() -> value);
        }
        boolean byLot = node.isCalled("random", "wildcard") || found.filter(Json::isText).isPresent() && (node.has("seed") || LOTS.matcher(found.get().text()).find());
        return found.isEmpty() || byLot ? Answer.unknown(node.named()) : Answer.of(PictureRecord.text(found.get()));
    }

    private Answer joined(Node node, Predicate<Json> kind, Set<String> seen) throws RefractException {
        Map<String, String> parts = new TreeMap<>((a, b) -> a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b));
        String between = "";
        for (Map.Entry<String, Json> input : node.inputs().entrySet()) {
            if (BETWEEN.contains(input.getKey()) && input.getValue().isText()) {
                between = input.getValue().text().replace("\\n", "\n");
            } else if (BETWEEN.contains(input.getKey()) || PART.matcher(input.getKey()).matches() && (kind.test(input.getValue()) || input.getValue().isList())) {
                Answer part = find(node, input.getKey(), kind, new HashSet<>(seen));
                if (part.value().isEmpty()) {
                    return part;
                }
                if (BETWEEN.contains(input.getKey())) {
                    between = part.value().get();
                } else {
                    parts.put(input.getKey(), part.value().get());
                }
            }
        }
        return parts.isEmpty() ? Answer.unknown(node.named()) : Answer.of(String.join(between, parts.values()));
    }

    private Answer changed(Node node, Predicate<Json> kind, Set<String> seen) throws RefractException {
        Answer text = find(node, "string", kind, seen);
        if (text.value().isEmpty()) {
            return text;
        }
        String value = text.value().get();
        if (node.type().equals("StringReplace")) {
            Answer from = find(node, "find", kind, new HashSet<>(seen));
            Answer to = find(node, "replace", kind, new HashSet<>(seen));
            return from.value().isEmpty() || to.value().isEmpty() ? Answer.unknown(node.named()) : Answer.of(value.replace(from.value().get(), to.value().get()));
        }
        return Answer.of(switch (find(node, "mode", kind, new HashSet<>(seen)).value().orElse("Both")) {
            case "Left" -> value.stripLeading();
            case "Right" -> value.stripTrailing();
            default -> value.strip();
        });
    }
}
