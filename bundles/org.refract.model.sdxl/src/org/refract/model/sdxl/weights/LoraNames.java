package org.refract.model.sdxl.weights;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.model.sdxl.nn.Module;
import org.refract.model.sdxl.nn.Parameter;
import org.refract.model.sdxl.unet.UNet;

/**
 * The layers of a model by the names that LoRA files give them: kohya's with underscores, on diffusers' or sgm's names, and diffusers' and
 * PEFT's with dots. All names come from the module tree, so none is guessed.
 */
final class LoraNames {

    private static final Map<String, List<String>> KOHYA = Map.of("unet", List.of("lora_unet_"), "text_encoder", List.of("lora_te1_", "lora_te_"),
            "text_encoder_2", List.of("lora_te2_"));
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final Map<String, Layer> layers = new HashMap<>();

    /**
     * A layer's own weights.
     *
     * @param weight its weight
     * @param bias   its bias, if it has one
     */
    record Layer(Parameter weight, Optional<Parameter> bias) {
    }

    LoraNames(List<? extends Module> parts) {
        for (Module part : parts) {
            if (KOHYA.containsKey(part.path())) {
                Map<String, Parameter> parameters = new HashMap<>();
                part.parameters().forEach(p -> parameters.put(p.path().substring(part.path().length() + 1), p));
                Optional<SgmUNetNames> sgm = part instanceof UNet unet ? Optional.of(new SgmUNetNames(unet.config())) : Optional.empty();
                parameters.forEach((name, weight) -> {
                    if (name.endsWith(WEIGHT)) {
                        String layer = name.substring(0, name.length() - WEIGHT.length());
                        add(part.path(), layer, sgm, new Layer(weight, Optional.ofNullable(parameters.get(layer + BIAS))));
                    }
                });
            }
        }
    }

    private void add(String part, String layer, Optional<SgmUNetNames> sgm, Layer found) {
        layers.put(part + "." + layer, found);
        layers.put(part + "." + layer.replaceFirst("^text_model\\.", ""), found);
        for (String prefix : KOHYA.get(part)) {
            layers.put(prefix + layer.replace('.', '_'), found);
        }
        sgm.ifPresent(names -> {
            String own = names.of(layer + WEIGHT);
            own = own.substring(0, own.length() - WEIGHT.length());
            layers.put(layer, found);
            layers.put("diffusion_model." + own, found);
            layers.put("lora_unet_" + own.replace('.', '_'), found);
        });
    }

    /** The layer that a file means. */
    Optional<Layer> find(String name) {
        String plain = name.replace(".processor.", ".").replaceFirst("^base_model\\.model\\.", "");
        // diffusers once called the layers of all attentions to_q, to_k, to_v and to_out
        String text = plain.contains(".self_attn.to_") ? plain.replace(".self_attn.to_", ".self_attn.") + "_proj" : plain;
        return Optional.ofNullable(layers.getOrDefault(plain, layers.getOrDefault(plain + ".0", layers.get(text))));
    }
}
