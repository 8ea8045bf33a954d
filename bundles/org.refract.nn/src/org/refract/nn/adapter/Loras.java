package org.refract.nn.adapter;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.Adapters;
import org.refract.engine.tensor.Scope;
import org.refract.nn.Parameter;
import org.refract.nn.weights.WeightChanges;
import org.refract.nn.weights.WeightFile;

/** LoRA files, open, with what each adds to each weight of a model; they are added in their order, in float32, and rounded once. */
public final class Loras implements WeightChanges, AutoCloseable {

    private static final int NAMED = 3;

    private final List<WeightFile> files = new ArrayList<>();
    private final Map<Parameter, List<LayerChange>> weights = new HashMap<>();
    private final Map<Parameter, List<LayerChange>> biases = new HashMap<>();
    private final List<String> notes = new ArrayList<>();
    private final List<WeightFile> active = new ArrayList<>();

    private Loras() {
    }

    /**
     * Opens files and finds the layers that they change.
     *
     * @param names what the family's files call the layers of this model
     * @throws RefractException if a file cannot be read, is no LoRA, or holds what is not known here
     */
    public static Loras open(List<Adapters.Lora> loras, AdapterNames names) throws RefractException {
        Loras opened = new Loras();
        try {
            for (Adapters.Lora lora : loras) {
                opened.add(lora, names);
            }
            return opened;
        } catch (RefractException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void add(Adapters.Lora lora, AdapterNames names) throws RefractException {
        WeightFile file = WeightFile.open(lora.file());
        files.add(file);
        names.check(file);
        LoraScales scales = new LoraScales(file);
        Map<String, Map<LoraRole, String>> layers = layers(file, lora.file(), names);
        List<String> strange = layers.keySet().stream().filter(layer -> names.find(layer).isEmpty()).toList();
        if (lora.strength() == 0) {
            notes.add("%s has the strength 0 and changes nothing.".formatted(lora.file()));
            return;
        }
        layers.forEach((layer, tensors) -> names.find(layer).ifPresent(found -> {
            LayerChange change = new LayerChange(file, tensors, lora.strength(), scales);
            weights.computeIfAbsent(found.weight(), w -> new ArrayList<>()).add(change);
            found.bias().ifPresent(bias -> biases.computeIfAbsent(bias, b -> new ArrayList<>()).add(change));
        }));
        if (!strange.isEmpty()) {
            notes.add(strange.size() == layers.size()
                    ? "%s fits no layer of this model and changes nothing; it was made for another one: %s.".formatted(lora.file(), some(strange))
                    : "%s changes %d layers that this model does not have, which are left out: %s.".formatted(lora.file(), strange.size(), some(strange)));
        }
        active.add(file);
    }

    /** The tensors of each layer by role. */
    private static Map<String, Map<LoraRole, String>> layers(WeightFile file, Path path, AdapterNames names) throws RefractException {
        Map<String, Map<LoraRole, String>> layers = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        for (String name : file.weights().keySet()) {
            Optional<LoraRole.Key> key = LoraRole.of(name, file.weights().keySet());
            Optional<String> foreign = LoraRole.foreign(name);
            if (foreign.isPresent()) {
                throw RefractException.usage("%s holds changes of the kind %s ('%s'), which is not known here; LoRA, LoCon, LoHa, LoKr, DoRA, GLoRA, (IA)^3 and LyCORIS' OFT are.", path,
                        foreign.get(), name);
            }
            if (names.isOther(name)) {
                continue;
            }
            key.ifPresentOrElse(k -> layers.computeIfAbsent(k.layer(), l -> new EnumMap<>(LoraRole.class)).put(k.role(), name),
                    () -> unknown.add(name));
        }
        if (!unknown.isEmpty()) {
            throw RefractException.usage("%s holds %d tensors whose part in a LoRA is not known: %s; is it a LoRA for %s?", path,
                    unknown.size(), some(unknown), names.family());
        }
        return layers;
    }

    private static String some(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(NAMED, names.size()))) + (names.size() > NAMED ? " ..." : "");
    }

    /** What does nothing, or less than was asked for, a sentence each. */
    public List<String> notes() {
        return notes;
    }

    /** The open files whose strength is not 0, in their order. */
    public List<WeightFile> active() {
        return List.copyOf(active);
    }

    /** How many layers are changed. */
    public int layers() {
        return weights.size();
    }

    @Override
    public boolean touch(Parameter parameter) {
        return weights.containsKey(parameter) || biases.containsKey(parameter);
    }

    @Override
    public NDArray changed(Parameter parameter, NDArray weight, Scope step) throws RefractException {
        NDArray changed = weight;
        for (LayerChange change : weights.getOrDefault(parameter, List.of())) {
            changed = change.weight(parameter, changed, step);
        }
        for (LayerChange change : biases.getOrDefault(parameter, List.of())) {
            changed = change.bias(parameter, changed, step);
        }
        return changed;
    }

    @Override
    public void close() {
        files.forEach(WeightFile::close);
    }
}
