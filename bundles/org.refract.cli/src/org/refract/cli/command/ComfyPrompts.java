package org.refract.cli.command;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.cli.command.ComfyGraph.Link;
import org.refract.cli.command.ComfyGraph.Node;
import org.refract.cli.command.ComfyValues.Answer;

/** The texts that a sampler's conditioning was made from. */
final class ComfyPrompts {
    private static final Set<String> ENCODERS = Set.of("CLIPTextEncode", "CLIPTextEncodeSDXL", "CLIPTextEncodeSDXLRefiner");
    /** Both texts of encoders for two text encoders, the first one's first. */
    private static final List<List<String>> TWO_TEXTS = List.of(List.of("text_l", "text_g"), List.of("clip_l", "clip_g"));

    private final ComfyGraph graph;
    private final ComfyValues values;
    private final Set<String> lost;

    /** @param lost hears of nodes whose work is not done here */
    ComfyPrompts(ComfyGraph graph, ComfyValues values, Set<String> lost) {
        this.graph = graph;
        this.values = values;
        this.lost = lost;
    }

    /**
     * What one side of the guidance is told.
     *
     * @param first   what the first text encoder reads, or why that is not known
     * @param second  the same of the second
     * @param nothing whether it is zeros in place of a text
     * @param encoder the node that made it, of several the first
     */
    record Prompt(Answer first, Answer second, boolean nothing, Optional<Node> encoder) {
        static Prompt unknown(String why) {
            return new Prompt(Answer.unknown(why), Answer.unknown(why), false, Optional.empty());
        }

        private Prompt and(Prompt other, String between) {
            return new Prompt(joined(first, other.first, between), joined(second, other.second, between), nothing, encoder);
        }

        private static Answer joined(Answer one, Answer other, String between) {
            return one.value().isEmpty() ? one : other.value().isEmpty() ? other : Answer.of(one.value().get() + between + other.value().get());
        }
    }

    /**
     * Follows a side back to its texts.
     *
     * @param role {@code positive} or {@code negative}
     */
    Prompt of(Link link, String role) throws RefractException {
        return of(link, role, new HashSet<>());
    }

    private Prompt of(Link link, String role, Set<String> seen) throws RefractException {
        Node node = link.node();
        if (!seen.add(node.id())) {
            return Prompt.unknown(node.named());
        }
        for (List<String> two : TWO_TEXTS) {
            if (node.has(two.getFirst()) && node.has(two.getLast())) {
                tell(node);
                return new Prompt(values.text(node, two.getFirst()), values.text(node, two.getLast()), false, Optional.of(node));
            }
        }
        String text = node.has("populated_text") ? "populated_text" : "text";
        if (node.has(text)) {
            tell(node);
            return encoded(node, values.text(node, text));
        }
        if (node.type().equals("ConditioningZeroOut")) {
            return new Prompt(Answer.of(""), Answer.of(""), true, Optional.of(node));
        }
        return mixed(node, link.output(), role, seen);
    }

    private static Prompt encoded(Node node, Answer text) {
        return new Prompt(text, text, false, Optional.of(node));
    }

    private void tell(Node encoder) {
        if (!ENCODERS.contains(encoder.type())) {
            lost.add(encoder.named() + " (its text is read as that of CLIPTextEncode)");
        }
    }

    /** Of a node that makes conditioning from other conditioning. */
    private Prompt mixed(Node node, int output, String role, Set<String> seen) throws RefractException {
        Map<String, Link> links = graph.links(node);
        if (graph.handsOn(node)) {
            return of(links.values().iterator().next(), role, seen);
        }
        if (links.containsKey("conditioning_to") && links.containsKey("conditioning_from")) {
            Prompt to = of(links.get("conditioning_to"), role, new HashSet<>(seen));
            if (!node.isCalled("concat")) {
                lost.add(node.named() + ", of which only the first text is read");
                return to;
            }
            lost.add(node.named() + ", whose texts are read as one with BREAK between them");
            return to.and(of(links.get("conditioning_from"), role, new HashSet<>(seen)), " BREAK ");
        }
        List<String> several = links.keySet().stream().filter(name -> name.matches("(?i)(?:conditioning|cond)_?\\w{0,2}")).sorted().toList();
        if (several.size() > 1) {
            return together(node, several.stream().map(links::get).toList(), role, seen);
        }
        boolean both = links.containsKey("positive") && links.containsKey("negative");
        Optional<Link> before = several.isEmpty() ? Optional.ofNullable(links.get(both && output < 2 ? List.of("positive", "negative").get(output) : role))
                : Optional.of(links.get(several.getFirst()));
        if (before.isPresent()) {
            lost.add(node.named());
            return of(before.get(), role, seen);
        }
        if (node.has(role)) {
            lost.add(node.named() + " (its text is read as that of CLIPTextEncode)");
            return encoded(node, values.text(node, role));
        }
        return Prompt.unknown(node.named());
    }

    private Prompt together(Node node, List<Link> links, String role, Set<String> seen) throws RefractException {
        List<Prompt> prompts = new ArrayList<>();
        for (Link link : links) {
            prompts.add(of(link, role, new HashSet<>(seen)));
        }
        List<Prompt> said = prompts.stream().filter(p -> !p.nothing()).collect(Collectors.toList());
        lost.add(node.named() + ", whose texts are read as one");
        return said.stream().reduce((a, b) -> a.and(b, ", ")).orElseGet(prompts::getFirst);
    }
}
