package org.refract.nn.adapter;

import ai.djl.ndarray.NDManager;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.engine.tensor.Tensors;
import org.refract.nn.weights.StoredWeight;
import org.refract.nn.weights.WeightFile;

/** Says what a LoRA file changes, from names, shapes and alphas alone. */
public final class LoraFacts {

    /** What trainers say of a LoRA, by their keys, in words. */
    private static final Map<String, String> SAID = new TreeMap<>(Map.of("modelspec.title", "title", "modelspec.trigger_phrase", "trigger phrase",
            "modelspec.architecture", "architecture", "ss_base_model_version", "base model", "ss_output_name", "name", "ss_network_module", "trained with"));

    private LoraFacts() {
    }

    /**
     * Facts by name.
     *
     * @param owner keeps what is read for a moment
     * @param part  from a layer, as the file calls it, to the part of a model that it lies in, in words
     * @param parts all that {@code part} says, in the order in which they are told
     */
    public static Map<String, String> of(WeightFile file, NDManager owner, UnaryOperator<String> part, List<String> parts) throws RefractException {
        Set<LoraRole> roles = EnumSet.noneOf(LoraRole.class);
        Map<String, Set<String>> layers = new TreeMap<>(Comparator.comparing(parts::indexOf));
        Set<Long> ranks = new TreeSet<>();
        Set<Double> alphas = new TreeSet<>();
        for (StoredWeight weight : file.weights().values()) {
            LoraRole.Key key = LoraRole.of(weight.name(), file.weights().keySet()).orElse(null);
            if (key != null) {
                roles.add(key.role());
                layers.computeIfAbsent(part.apply(key.layer()), p -> new LinkedHashSet<>()).add(key.layer());
                if (Set.of(LoraRole.DOWN, LoraRole.HADA_W1_B, LoraRole.LOKR_W1_B, LoraRole.LOKR_W2_B).contains(key.role())) {
                    ranks.add(weight.shape().get(0));
                }
                if (key.role() == LoraRole.ALPHA) {
                    alphas.add(Tensors.scalar(file.read(weight.name(), owner)));
                }
            }
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("kind", foreign(file).map(kind -> kind + ", which is not known here").orElseGet(() -> kind(roles)));
        facts.put("changes", layers.entrySet().stream().map(e -> "%d %s of %s".formatted(e.getValue().size(), e.getValue().size() == 1 ? "layer" : "layers", e.getKey()))
                .collect(Collectors.joining(", ")));
        if (!ranks.isEmpty()) {
            facts.put("rank", joined(ranks));
        }
        if (roles.contains(LoraRole.OFT_BLOCKS)) {
            facts.put("bound", alphas.isEmpty() ? "none" : joined(alphas));
        } else if (!roles.contains(LoraRole.STRETCH) && !roles.contains(LoraRole.LENGTHS)) {
            facts.put("alpha", alphas.isEmpty() ? "the rank" : joined(alphas));
        }
        facts.put("dtypes", file.weights().values().stream().map(StoredWeight::dtype).distinct().sorted().collect(Collectors.joining(", ")));
        SAID.forEach((key, words) -> {
            if (file.metadata().containsKey(key)) {
                facts.put(words, file.metadata().get(key));
            }
        });
        return facts;
    }

    /** The kind of its changes, if it is one that is known but not computed here. */
    public static Optional<String> foreign(WeightFile file) {
        return file.weights().keySet().stream().map(LoraRole::foreign).flatMap(Optional::stream).findFirst();
    }

    private static String joined(Set<?> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private static String kind(Set<LoraRole> roles) {
        String kind = roles.stream().anyMatch(r -> r.name().startsWith("HADA")) ? "LoHa"
                : roles.stream().anyMatch(r -> r.name().startsWith("LOKR")) ? "LoKr"
                : roles.stream().anyMatch(r -> r.name().startsWith("GLORA")) ? "GLoRA"
                : roles.contains(LoraRole.OFT_BLOCKS) ? "OFT"
                : roles.contains(LoraRole.STRETCH) || roles.contains(LoraRole.LENGTHS) ? "(IA)^3"
                : roles.contains(LoraRole.MIDDLE) ? "LoCon with a Tucker core"
                : roles.contains(LoraRole.DOWN) ? "LoRA" : "differences of full rank";
        return kind + (roles.contains(LoraRole.MAGNITUDE) ? " with magnitudes (DoRA)" : "");
    }
}
