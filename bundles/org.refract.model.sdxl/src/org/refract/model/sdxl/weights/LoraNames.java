package org.refract.model.sdxl.weights;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.model.sdxl.unet.UNet;
import org.refract.nn.Module;
import org.refract.nn.Parameter;
import org.refract.nn.adapter.AdapterNames;
import org.refract.nn.weights.WeightFile;

/**
 * The layers of a model by the names that LoRA files give them: with underscores (kohya, LyCORIS), on diffusers' or sgm's names, and with
 * dots (diffusers, PEFT, ComfyUI). All names come from the module tree, so none is guessed.
 */
public final class LoraNames implements AdapterNames {

    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final Map<LoraPart, Map<String, Layer>> dotted = new EnumMap<>(LoraPart.class);
    private final Map<LoraPart, Map<String, Layer>> underscored = new EnumMap<>(LoraPart.class);

    /** @param parts the model's parts */
    public LoraNames(List<? extends Module> parts) {
        for (Module module : parts) {
            LoraPart.of(module.path()).ifPresent(part -> add(part, module));
        }
    }

    private void add(LoraPart part, Module module) {
        Map<String, Parameter> parameters = new HashMap<>();
        module.parameters().forEach(p -> parameters.put(p.path().substring(module.path().length() + 1), p));
        Optional<SgmUNetNames> sgm = module instanceof UNet unet ? Optional.of(new SgmUNetNames(unet.config())) : Optional.empty();
        parameters.forEach((name, weight) -> {
            if (name.endsWith(WEIGHT)) {
                String layer = layer(name);
                Layer found = new Layer(weight, Optional.ofNullable(parameters.get(layer + BIAS)));
                add(part, layer, found);
                sgm.ifPresent(names -> add(part, layer(names.of(name)), found));
            }
        });
    }

    private static String layer(String weight) {
        return weight.substring(0, weight.length() - WEIGHT.length());
    }

    private void add(LoraPart part, String layer, Layer found) {
        dotted.computeIfAbsent(part, p -> new HashMap<>()).put(layer, found);
        dotted.get(part).put(layer.replaceFirst("^text_model\\.", ""), found);
        underscored.computeIfAbsent(part, p -> new HashMap<>()).put(layer.replace('.', '_'), found);
    }

    @Override
    public String family() {
        return "Stable Diffusion XL";
    }

    @Override
    public void check(WeightFile file) throws RefractException {
        FileKind kind = FileKind.of(file);
        if (kind != FileKind.LORA) {
            throw RefractException.usage("%s is no LoRA: it is %s; %s.", file.location(), kind.what(), kind.remedy());
        }
    }

    @Override
    public boolean isOther(String tensor) {
        return tensor.startsWith(BundledEmbeddings.PREFIX);
    }

    @Override
    public Optional<Layer> find(String name) {
        LoraPart.Named named = LoraPart.named(name);
        Map<String, Layer> layers = (named.underscored() ? underscored : dotted).getOrDefault(named.part(), Map.of());
        if (named.underscored()) {
            return Optional.ofNullable(layers.get(named.layer()));
        }
        String plain = named.layer().replace(".processor.", ".").replaceFirst("^transformer\\.", "");
        // diffusers once called the layers of all attentions to_q, to_k, to_v and to_out
        String text = plain.contains(".self_attn.to_") ? plain.replace(".self_attn.to_", ".self_attn.") + "_proj" : plain;
        return Optional.ofNullable(layers.getOrDefault(plain, layers.getOrDefault(plain + ".0", layers.get(text))));
    }
}
