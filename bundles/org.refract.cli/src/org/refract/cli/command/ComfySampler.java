package org.refract.cli.command;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.cli.command.ComfyGraph.Link;
import org.refract.cli.command.ComfyGraph.Node;
import org.refract.cli.command.ComfyValues.Answer;

/** The settings of a sampler, which stand in it or, with the custom ones, in nodes for its noise, guidance, sampler and noise levels. */
final class ComfySampler {
    private static final Map<String, String> SAMPLER_NODES = Map.of("SamplerEulerAncestral", "euler_ancestral", "SamplerDPMPP_2M_SDE", "dpmpp_2m_sde",
            "SamplerDPMPP_3M_SDE", "dpmpp_3m_sde", "SamplerDPMPP_SDE", "dpmpp_sde", "SamplerDPMPP_2S_Ancestral", "dpmpp_2s_ancestral", "SamplerLMS", "lms");
    private static final Map<String, String> LEVEL_NODES = Map.of("KarrasScheduler", "karras", "ExponentialScheduler", "exponential", "SDTurboScheduler", "sgm_uniform",
            "AlignYourStepsScheduler", "ays", "BetaSamplingScheduler", "beta");

    private final ComfyGraph graph;
    private final ComfyValues values;
    private final Node node;
    private final Set<String> lost;
    private final Optional<Node> guider;
    private final Optional<Node> levels;

    /** @param lost hears of nodes whose work is not done here */
    ComfySampler(ComfyGraph graph, ComfyValues values, Node node, Set<String> lost) throws RefractException {
        this.graph = graph;
        this.values = values;
        this.node = node;
        this.lost = lost;
        this.guider = source(node, "guider");
        this.levels = levels();
    }

    private Optional<Node> source(Node of, String input) throws RefractException {
        Optional<Node> found = graph.link(of, input).map(Link::node);
        Set<String> seen = new HashSet<>();
        while (found.isPresent() && graph.handsOn(found.get()) && seen.add(found.get().id())) {
            found = graph.links(found.get()).values().stream().findFirst().map(Link::node);
        }
        return found;
    }

    /** The node that makes the noise levels, through those that cut or turn them. */
    private Optional<Node> levels() throws RefractException {
        Optional<Node> found = source(node, "sigmas");
        Set<String> seen = new HashSet<>();
        while (found.isPresent() && !found.get().has("steps") && graph.link(found.get(), "sigmas").isPresent() && seen.add(found.get().id())) {
            lost.add(found.get().named());
            found = source(found.get(), "sigmas");
        }
        return found;
    }

    Answer seed() throws RefractException {
        Optional<Node> noise = source(node, "noise");
        Node holder = noise.orElse(node);
        return values.whole(holder, holder.has("noise_seed") ? "noise_seed" : "seed");
    }

    /** Whether it draws on without noise of its own. */
    boolean goesOn() throws RefractException {
        boolean disabled = values.text(node, "add_noise").value().filter("disable"::equals).isPresent();
        return disabled || node.isOff("add_noise") || source(node, "noise").filter(n -> n.type().equals("DisableNoise")).isPresent();
    }

    Optional<Link> positive() throws RefractException {
        return graph.link(guider.orElse(node), List.of("positive", "conditioning", "cond1"));
    }

    Optional<Link> negative() throws RefractException {
        return graph.link(guider.orElse(node), "negative");
    }

    Optional<Link> model() throws RefractException {
        Optional<Link> own = graph.link(node, "model");
        return own.isPresent() || guider.isEmpty() ? own : graph.link(guider.get(), "model");
    }

    Answer guidance() throws RefractException {
        if (guider.isEmpty()) {
            return values.number(node, "cfg");
        }
        return switch (guider.get().type()) {
            case "BasicGuider" -> Answer.of("1");
            case "DualCFGGuider" -> {
                lost.add(guider.get().named() + ", of which only the first conditioning is read");
                yield values.number(guider.get(), "cfg_conds");
            }
            default -> values.number(guider.get(), "cfg");
        };
    }

    Answer steps() throws RefractException {
        return values.whole(levels.orElse(node), "steps");
    }

    /** The share of the noise that is taken away, 1 where it is not told. */
    double strength() throws RefractException {
        return values.number(levels.orElse(node), "denoise").value().map(Double::parseDouble).orElse(1.0);
    }

    /** The step it begins or ends at, of those of a sampler that does a part of them. */
    Optional<Long> step(String input) throws RefractException {
        return values.whole(node, input).value().map(v -> (long) Double.parseDouble(v));
    }

    /** In the words of {@code --scheduler}; empty if it is not known. */
    Optional<String> scheduler() throws RefractException {
        Optional<String> sampler = sampler();
        return sampler.isEmpty() ? sampler : Optional.of(spaced(sampler.get(), spacing().orElse("")));
    }

    private Optional<String> sampler() throws RefractException {
        Optional<Node> own = source(node, "sampler");
        if (own.isPresent() && SAMPLER_NODES.containsKey(own.get().type())) {
            return Optional.of(SAMPLER_NODES.get(own.get().type()));
        }
        Optional<String> name = values.text(own.orElse(node), "sampler_name").value();
        if (name.isEmpty() && own.isPresent()) {
            lost.add(own.get().named());
        }
        return name;
    }

    private Optional<String> spacing() throws RefractException {
        if (levels.isPresent() && !levels.get().has("scheduler")) {
            String known = LEVEL_NODES.get(levels.get().type());
            if (known == null) {
                lost.add(levels.get().named());
            }
            return Optional.ofNullable(known);
        }
        return values.text(levels.orElse(node), "scheduler").value();
    }

    /** A sampler with the noise levels that ComfyUI calls so. */
    static String spaced(String sampler, String spacing) {
        return switch (spacing.toLowerCase(Locale.ROOT)) {
            case "karras", "exponential", "beta", "kl_optimal", "ays" -> sampler + "_" + spacing.toLowerCase(Locale.ROOT);
            case "sgm_uniform", "simple" -> sampler + ",timestep_spacing=trailing";
            case "normal" -> sampler + ",timestep_spacing=linspace";
            case "ddim_uniform" -> sampler + ",timestep_spacing=leading";
            default -> sampler;
        };
    }

    /** What it did, in a few words. */
    String inShort() throws RefractException {
        List<String> facts = new ArrayList<>();
        steps().value().ifPresent(steps -> facts.add(steps + " steps"));
        sampler().ifPresent(facts::add);
        if (strength() < 1) {
            facts.add("strength " + values.number(levels.orElse(node), "denoise").value().orElseThrow());
        }
        if (!goesOn()) {
            seed().value().ifPresent(seed -> facts.add("seed " + seed));
        }
        return node.type() + (facts.isEmpty() ? "" : ": " + String.join(", ", facts));
    }
}
