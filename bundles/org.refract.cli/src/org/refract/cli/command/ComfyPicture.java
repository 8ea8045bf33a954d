package org.refract.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.cli.command.ComfyGraph.Link;
import org.refract.cli.command.ComfyGraph.Node;
import org.refract.cli.command.ComfyPasses.Way;
import org.refract.cli.command.ComfyPrompts.Prompt;
import org.refract.cli.command.ComfyValues.Answer;

/**
 * How a picture was drawn, from the graph that ComfyUI writes into it: of the passes that lead to where it was saved the first, which begins
 * with noise, is restored; the later ones, and what is not known of the nodes between, are named.
 */
final class ComfyPicture {
    /** What ComfyUI calls files that were only shown. */
    private static final String SHOWN = "ComfyUI_temp";
    private static final Pattern EMBEDDING = Pattern.compile("\\bembedding:([^\\s,()\\[\\]:]+)");
    private static final Pattern SHAPE = Pattern.compile("(\\d{2,5})\\s*[x×]\\s*(\\d{2,5})");
    private static final int USUAL_LAYER = -2;

    private final ComfyGraph graph;
    private final ComfyValues values;
    private final Set<String> lost = new LinkedHashSet<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Map<String, List<String>> restored = new LinkedHashMap<>();
    private final Map<String, String> unknown = new LinkedHashMap<>();

    private ComfyPicture(ComfyGraph graph) {
        this.graph = graph;
        this.values = new ComfyValues(graph);
    }

    /**
     * Reads a graph.
     *
     * @param picture the file, whose name may tell which of several pictures of the graph it is
     * @param text    the graph as JSON
     */
    static PastPicture read(Path picture, String text) throws RefractException {
        ComfyGraph graph = ComfyGraph.read("The graph in " + picture, text);
        List<Way> ways = ways(graph, picture);
        PastPicture first = new ComfyPicture(graph).restored(ways.getFirst());
        for (Way other : ways) {
            if (!new ComfyPicture(graph).restored(other).values().equals(first.values())) {
                return first.ofSeveral("a graph that draws %d pictures, and nothing says which of them it is".formatted(ways.size()));
            }
        }
        return first;
    }

    /** The ways to the pictures that this may be. */
    private static List<Way> ways(ComfyGraph graph, Path picture) throws RefractException {
        ComfyPasses passes = new ComfyPasses(graph);
        Map<Node, Way> saved = new LinkedHashMap<>();
        Map<Node, Way> shown = new LinkedHashMap<>();
        for (Node node : graph.last()) {
            Optional<Way> way = passes.from(node);
            if (way.isPresent()) {
                (node.isCalled("save") ? saved : shown).put(node, way.get());
            }
        }
        if (saved.isEmpty() && shown.isEmpty()) {
            throw RefractException.usage("%s was saved by a graph of ComfyUI without a sampler that is known here, so how it was drawn cannot be found out.", picture);
        }
        String name = picture.getFileName().toString();
        List<Way> named = saved.entrySet().stream().filter(e -> name.startsWith(prefix(e.getKey()))).map(Map.Entry::getValue).toList();
        boolean temporary = name.startsWith(SHOWN) && !shown.isEmpty();
        return named.size() == 1 && !temporary ? named : List.copyOf(saved.isEmpty() || temporary ? shown.values() : saved.values());
    }

    /** What a file that a node saves begins with. */
    private static String prefix(Node saving) {
        try {
            String prefix = saving.has("filename_prefix") ? saving.inputs().get("filename_prefix").text() : "";
            String last = prefix.substring(Math.max(prefix.lastIndexOf('/'), prefix.lastIndexOf('\\')) + 1);
            return last.isEmpty() || last.contains("%") ? "?" : last + "_";
        } catch (RefractException noText) {
            return "?";
        }
    }

    private PastPicture restored(Way way) throws RefractException {
        ComfySampler sampler = new ComfySampler(graph, values, way.first(), lost);
        if (!ComfyPasses.isKnown(way.first())) {
            lost.add(way.first().named() + " (it is read as KSampler)");
        }
        texts(sampler);
        known("seed", sampler.seed());
        sampler.steps().value().ifPresent(v -> put("steps", v));
        sampler.scheduler().ifPresent(v -> put("scheduler", v));
        beginning(way, sampler);
        part(way, sampler);
        ComfyModel model = new ComfyModel(graph, values, sampler.model());
        lost.addAll(model.lost());
        laterPasses(way, model);
        way.strange().forEach(node -> lost.add(node.named()));
        for (Node node : way.between()) {
            Optional<Node> vae = node.isCalled("vaedecode") ? graph.link(node, "vae").map(Link::node).filter(n -> n.has("vae_name")) : Optional.empty();
            if (vae.isPresent()) {
                lost.add("the VAE " + values.text(vae.get(), "vae_name").value().orElse("") + " (--vae FILE)");
            }
        }
        return new PastPicture(new OptionValues(restored), model.name(), Optional.empty(), List.copyOf(lost), List.copyOf(notes), unknown);
    }

    private void put(String name, String value) {
        restored.put(name, List.of(value));
    }

    private void known(String name, Answer answer) {
        answer.value().ifPresentOrElse(value -> put(name, value),
                () -> unknown.put(name, answer.unknown().isEmpty() ? "its graph of ComfyUI does not say it" : "it comes from " + answer.unknown() + ", which is not known here"));
    }

    private void texts(ComfySampler sampler) throws RefractException {
        ComfyPrompts prompts = new ComfyPrompts(graph, values, lost);
        Optional<Link> positive = sampler.positive();
        Prompt prompt = positive.isPresent() ? prompts.of(positive.get(), "positive") : Prompt.unknown("");
        if (prompt.nothing()) {
            prompt = Prompt.unknown("a node that puts zeros in its place");
        }
        Optional<String> scale = sampler.guidance().value();
        scale.ifPresent(v -> put("guidance", v));
        Optional<Link> against = sampler.negative().filter(link -> scale.map(Double::parseDouble).orElse(2.0) > 1);
        Optional<Prompt> negative = against.isPresent() ? Optional.of(prompts.of(against.get(), "negative")).filter(p -> !p.nothing()) : Optional.empty();
        boolean weighted = weighted(prompt) || negative.filter(ComfyPicture::weighted).isPresent();
        side(PastPicture.PROMPT, prompt, weighted);
        if (negative.isPresent()) {
            side("negative", negative.get(), weighted);
        }
        if (weighted) {
            put("weighting", "a1111");
            notes.add("ComfyUI weighs words in another way than is done here, so a prompt with (word:1.2) gives another picture.");
        }
        told(prompt, "");
        if (negative.isPresent()) {
            told(negative.get(), "negative-");
        }
        if (prompt.encoder().isPresent()) {
            layers(prompt.encoder().get());
        }
    }

    private void side(String name, Prompt prompt, boolean weighted) {
        Answer first = prompt.first();
        if (name.equals(PastPicture.PROMPT) || first.value().isPresent()) {
            known(name, first.value().isEmpty() ? first : Answer.of(text(first.value().get(), weighted)));
        } else {
            lost.add("its negative prompt, which comes from " + (first.unknown().isEmpty() ? "nowhere" : first.unknown()) + " (--negative)");
        }
        prompt.second().value().filter(second -> !first.value().equals(Optional.of(second)))
                .ifPresent(second -> put(name.equals(PastPicture.PROMPT) ? "prompt2" : "negative2", text(second, weighted)));
    }

    private static boolean weighted(Prompt prompt) {
        String text = prompt.first().value().orElse("") + prompt.second().value().orElse("");
        return text.contains("(") || text.contains("\\") || text.contains(" BREAK ");
    }

    /** A text as it is said here: square brackets mean nothing to ComfyUI, and an embedding stands under its bare name. */
    private String text(String said, boolean weighted) {
        Matcher embeddings = EMBEDDING.matcher(said);
        while (embeddings.find()) {
            lost.add("the embedding " + embeddings.group(1) + " (--embedding FILE)");
        }
        String plain = EMBEDDING.matcher(said).replaceAll(m -> Matcher.quoteReplacement(m.group(1).replaceFirst("\\.(?:pt|bin|safetensors)$", "")));
        return weighted ? plain.replaceAll("(?<!\\\\)([\\[\\]])", "\\\\$1") : plain;
    }

    /** What SDXL's own encoder is told of size and crop. */
    private void told(Prompt prompt, String prefix) throws RefractException {
        Optional<Node> encoder = prompt.encoder().filter(node -> node.type().equals("CLIPTextEncodeSDXL"));
        if (encoder.isEmpty()) {
            return;
        }
        for (List<String> pair : List.of(List.of("original-size", "width", "height", "x"), List.of("crop", "crop_w", "crop_h", ","),
                List.of("target-size", "target_width", "target_height", "x"))) {
            Optional<String> one = values.whole(encoder.get(), pair.get(1)).value();
            Optional<String> two = values.whole(encoder.get(), pair.get(2)).value();
            if (one.isPresent() && two.isPresent()) {
                put(prefix + pair.get(0), one.get() + pair.get(3) + two.get());
            }
        }
    }

    /** How many layers of the text encoders are left out. */
    private void layers(Node encoder) throws RefractException {
        Optional<Node> at = graph.link(encoder, "clip").map(Link::node);
        for (int depth = graph.nodes().size(); at.isPresent() && depth > 0; depth--) {
            Optional<String> layer = values.signed(at.get(), "stop_at_clip_layer").value();
            if (layer.isPresent()) {
                int left = USUAL_LAYER - (int) Double.parseDouble(layer.get());
                if (left > 0) {
                    put("clip-skip", Integer.toString(left));
                } else if (left < 0) {
                    lost.add("that all layers of the text encoders were used (CLIPSetLastLayer)");
                }
                return;
            }
            at = graph.link(at.get(), "clip").map(Link::node);
        }
    }

    private void beginning(Way way, ComfySampler sampler) throws RefractException {
        Optional<Node> start = way.start();
        Optional<String> width = side(start, "width", "empty_latent_width");
        Optional<String> height = side(start, "height", "empty_latent_height");
        double strength = sampler.strength();
        if (width.isPresent() && height.isPresent()) {
            put("size", width.get() + "x" + height.get());
            batch(way, start.get());
        } else if (start.isPresent() && start.get().has("image")) {
            lost.add("the picture it began with (--image FILE --image-strength " + strength + ")");
            put("image-strength", Double.toString(strength));
            // ComfyUI does all of the steps on the last share of the noise; here they are a share of the steps.
            sampler.steps().value().ifPresent(v -> put("steps", Long.toString((long) (Double.parseDouble(v) / strength))));
            return;
        } else {
            start.flatMap(ComfyPicture::shape).ifPresent(shape -> put("size", shape));
            lost.add(start.map(node -> "the latents it began with, by " + node.named()).orElse("the latents it began with"));
        }
        if (strength < 1) {
            lost.add("that only the last share of the noise, " + strength + ", was taken away");
        }
    }

    private Optional<String> side(Optional<Node> start, String... names) throws RefractException {
        for (String name : names) {
            if (start.isPresent() && start.get().has(name)) {
                return values.whole(start.get(), name).value();
            }
        }
        return Optional.empty();
    }

    /** A shape that a node of another author has as a text, such as {@code 832x1216 (0.68)}. */
    private static Optional<String> shape(Node node) {
        return node.inputs().values().stream().filter(value -> value.isText()).map(value -> SHAPE.matcher(value.element().getAsString())).filter(Matcher::find)
                .map(m -> m.group(1) + "x" + m.group(2)).findFirst();
    }

    /** A batch draws the noise of all its pictures at once, so that only the first is that of the seed alone. */
    private void batch(Way way, Node start) throws RefractException {
        double many = values.number(start, "batch_size").value().map(Double::parseDouble).orElse(1.0);
        Optional<Node> repeated = way.node("RepeatLatentBatch");
        many *= repeated.isPresent() ? values.number(repeated.get(), "amount").value().map(Double::parseDouble).orElse(1.0) : 1;
        Optional<Node> picked = way.node("LatentFromBatch").or(() -> way.node("ImageFromBatch"));
        Optional<String> index = picked.isPresent() ? values.whole(picked.get(), "batch_index").value() : Optional.empty();
        if (index.isPresent() && !index.get().equals("0")) {
            lost.add("that it is picture %s of a batch, counted from 0, whose noise is that of the whole batch; the first is drawn".formatted(index.get()));
        } else if (index.isEmpty() && many > 1) {
            lost.add("which picture of a batch of %d it is; the first is drawn, for the others' noise is that of the whole batch".formatted((long) many));
        }
    }

    /** A sampler that does only some of its steps. */
    private void part(Way way, ComfySampler sampler) throws RefractException {
        sampler.step("start_at_step").filter(step -> step > 0).ifPresent(step -> lost.add("that it begins at step " + step));
        Optional<Long> end = sampler.step("end_at_step");
        Optional<String> steps = sampler.steps().value();
        if (way.samplers().size() == 1 && end.isPresent() && steps.isPresent() && end.get() < Double.parseDouble(steps.get())) {
            lost.add("that it ends after step " + end.get());
        }
    }

    private void laterPasses(Way way, ComfyModel model) throws RefractException {
        List<Node> later = new ArrayList<>(way.samplers().subList(0, way.samplers().size() - 1));
        for (Node node : later.reversed()) {
            ComfySampler sampler = new ComfySampler(graph, values, node, lost);
            Optional<String> other = new ComfyModel(graph, values, sampler.model()).name().filter(name -> !Optional.of(name).equals(model.name()));
            Optional<Long> from = sampler.step("start_at_step").filter(step -> step > 0);
            Optional<String> steps = sampler.steps().value().filter(s -> Double.parseDouble(s) > 0);
            if (sampler.goesOn() && other.isPresent() && from.isPresent() && steps.isPresent()) {
                double share = Math.round(1000 * from.get() / Double.parseDouble(steps.get())) / 1000.0;
                lost.add("the refiner %s, which goes on from step %d of %s (--refiner FILE --handoff %s)".formatted(other.get(), from.get(), steps.get(), share));
            } else {
                lost.add("a later pass (" + sampler.inShort() + other.map(name -> ", model " + name).orElse("") + ")");
            }
        }
    }
}
