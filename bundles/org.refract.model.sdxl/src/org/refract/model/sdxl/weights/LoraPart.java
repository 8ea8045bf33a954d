package org.refract.model.sdxl.weights;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A part of a model, by what stands before its layers' names in the LoRA files of the tools. */
public enum LoraPart {
    FIRST("text_encoder", "the first text encoder", List.of("lora_te1_", "lora_te_"),
            List.of("text_encoder.", "text_encoder_1.", "text_encoders.clip_l.", "clip_l.", "te1.", "conditioner.embedders.0.")),
    SECOND("text_encoder_2", "the second text encoder", List.of("lora_te2_"),
            List.of("text_encoder_2.", "text_encoders.clip_g.", "clip_g.", "te2.", "conditioner.embedders.1.")),
    /** LyCORIS by itself (SimpleTuner) says {@code lycoris_}; names without anything before them are diffusers' of the U-Net. */
    UNET("unet", "the U-Net", List.of("lora_unet_", "lycoris_"), List.of("unet.", "model.diffusion_model.", "diffusion_model.", "transformer.", ""));

    /** What wrappers put before or between names: {@code torch.compile}, {@code DataParallel}, PEFT. */
    private static final Pattern WRAPPED = Pattern.compile("(?<=^|\\.)(?:_orig_mod|module|base_model\\.model|base_layer)\\.");
    private static final Pattern WRAPPED_IN_UNDERSCORES = Pattern.compile("^(?:_orig_mod_|module_|base_model_model_)+");

    private final String module;
    private final String words;
    private final List<String> underscored;
    private final List<String> dotted;

    LoraPart(String module, String words, List<String> underscored, List<String> dotted) {
        this.module = module;
        this.words = words;
        this.underscored = underscored;
        this.dotted = dotted;
    }

    /**
     * A layer's name in a file, taken apart.
     *
     * @param part        whose it is
     * @param layer       without what stands before it
     * @param underscored whether it has underscores for dots
     */
    record Named(LoraPart part, String layer, boolean underscored) {
    }

    /** The part whose path in the module tree this is. */
    static Optional<LoraPart> of(String module) {
        return Arrays.stream(values()).filter(p -> p.module.equals(module)).findFirst();
    }

    /** A name without what wrappers put into it. */
    static String plain(String name) {
        return WRAPPED.matcher(name).replaceAll("");
    }

    /** Takes a layer's name apart. */
    static Named named(String name) {
        for (LoraPart part : values()) {
            for (String prefix : part.underscored) {
                if (name.startsWith(prefix)) {
                    return new Named(part, WRAPPED_IN_UNDERSCORES.matcher(name.substring(prefix.length())).replaceFirst(""), true);
                }
            }
        }
        String plain = plain(name);
        for (LoraPart part : values()) {
            for (String prefix : part.dotted) {
                if (plain.startsWith(prefix)) {
                    return new Named(part, plain.substring(prefix.length()), false);
                }
            }
        }
        throw new IllegalStateException("a name without a prefix is the U-Net's");
    }

    /** The part that a layer lies in, as a file calls the layer, in words. */
    public static String inWords(String layer) {
        return named(layer).part().words;
    }

    /** All parts in words, the U-Net first. */
    public static List<String> allInWords() {
        return Stream.of(UNET, FIRST, SECOND).map(part -> part.words).toList();
    }
}
