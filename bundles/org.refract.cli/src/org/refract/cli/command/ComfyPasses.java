package org.refract.cli.command;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.cli.command.ComfyGraph.Link;
import org.refract.cli.command.ComfyGraph.Node;

/** Follows a picture back from where it was saved, through decoders, scalers and samplers, to what the first sampler began with. */
final class ComfyPasses {
    private static final Set<String> SAMPLERS = Set.of("KSampler", "KSamplerAdvanced", "SamplerCustom", "SamplerCustomAdvanced");
    /** Nodes that change nothing which would be missed. */
    private static final Set<String> SILENT = Set.of("VAEDecode", "VAEDecodeTiled", "VAEEncode", "VAEEncodeTiled", "LatentFromBatch", "ImageFromBatch",
            "RepeatLatentBatch");
    /** Where pictures and latents come in, the most telling first. */
    private static final List<String> PICTURES = List.of("samples", "latent_image", "latent", "latents", "pixels", "images", "image", "upscaled_image", "samples_to",
            "destination", "optional_latent");
    private static final List<String> INTO_SAMPLER = List.of("latent_image", "latent", "latents", "samples", "optional_latent", "image", "images", "pixels",
            "upscaled_image");

    private final ComfyGraph graph;

    ComfyPasses(ComfyGraph graph) {
        this.graph = graph;
    }

    /**
     * How one picture came about.
     *
     * @param samplers from the last pass to the first, at least one
     * @param start    what the first began with: the node of empty latents, or of a picture that was loaded
     * @param between  other nodes on the way
     */
    record Way(List<Node> samplers, Optional<Node> start, List<Node> between) {

        Node first() {
            return samplers.getLast();
        }

        /** A node of the way by its class. */
        Optional<Node> node(String type) {
            return between.stream().filter(n -> n.type().equals(type)).findFirst();
        }

        /** Nodes whose work is not done here. */
        List<Node> strange() {
            return between.stream().filter(n -> !SILENT.contains(n.type())).toList();
        }
    }

    boolean isSampler(Node node) throws RefractException {
        return SAMPLERS.contains(node.type()) || graph.link(node, "positive").isPresent() && node.has("steps") && (node.has("seed") || node.has("noise_seed"));
    }

    /** Whether a sampler is one whose inputs are known, not only alike. */
    static boolean isKnown(Node sampler) {
        return SAMPLERS.contains(sampler.type());
    }

    /** The way back from a node that saves or shows a picture; empty if it leads to no sampler. */
    Optional<Way> from(Node last) throws RefractException {
        List<Node> samplers = new ArrayList<>();
        List<Node> between = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        Optional<Node> start = Optional.empty();
        for (Optional<Node> at = isSampler(last) ? Optional.of(last) : before(last); at.isPresent() && seen.add(at.get().id()); ) {
            Node node = at.get();
            at = before(node);
            if (isSampler(node)) {
                samplers.add(node);
            } else if (at.isEmpty()) {
                start = Optional.of(node);
            } else if (!graph.handsOn(node)) {
                between.add(node);
            }
        }
        return samplers.isEmpty() ? Optional.empty() : Optional.of(new Way(samplers, start, between));
    }

    /** The node that gives a node its picture or latents. */
    private Optional<Node> before(Node node) throws RefractException {
        Optional<Link> link = graph.link(node, isSampler(node) ? INTO_SAMPLER : PICTURES);
        if (link.isPresent() || isSampler(node)) {
            return link.map(Link::node);
        }
        Map<String, Link> links = graph.links(node);
        if (graph.handsOn(node)) {
            return links.values().stream().findFirst().map(Link::node);
        }
        Set<Node> leading = new LinkedHashSet<>();
        for (Link each : links.values()) {
            if (reachesSampler(each.node(), new HashSet<>())) {
                leading.add(each.node());
            }
        }
        return leading.size() == 1 ? Optional.of(leading.iterator().next()) : Optional.empty();
    }

    private boolean reachesSampler(Node node, Set<String> seen) throws RefractException {
        if (isSampler(node)) {
            return true;
        }
        if (seen.add(node.id())) {
            for (Link link : graph.links(node).values()) {
                if (reachesSampler(link.node(), seen)) {
                    return true;
                }
            }
        }
        return false;
    }
}
