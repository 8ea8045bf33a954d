package org.refract.model.sdxl.weights;

import java.util.Set;
import java.util.function.Predicate;
import org.refract.nn.adapter.LoraRole;
import org.refract.nn.weights.WeightFile;

/** What the names in a file of weights say that it is. */
public enum FileKind {
    SDXL("a Stable Diffusion XL model with sgm's names", "open it with --model"),
    SDXL_REFINER("a Stable Diffusion XL refiner with sgm's names", "open it with --model"),
    SDXL_UNET("a U-Net of Stable Diffusion XL without text encoders", "open it with --model and --text-encoders MODEL"),
    OLDER_STABLE_DIFFUSION("a Stable Diffusion 1 or 2 model", "only Stable Diffusion XL and its refiner are known here"),
    UNET("a U-Net without text encoders and VAE", "only those of Stable Diffusion XL are known here"),
    CONTROL_NET("a ControlNet", "nothing here works with one"),
    LORA("a LoRA", "add it to a model with --lora"),
    VAE("a VAE", "add it to a model with --vae"),
    EMBEDDING("a textual inversion", "add it to a model with --embedding"),
    UNKNOWN("a file of other weights", "name another file");

    /** Names of learnt token embeddings; diffusers names a file's only tensor by its word, {@code <cat-toy>}. */
    private static final Set<String> INVERSION = Set.of("clip_l", "clip_g", "emb_params", "text_encoders_0", "text_encoders_1");

    private final String what;
    private final String remedy;

    FileKind(String what, String remedy) {
        this.what = what;
        this.remedy = remedy;
    }

    /** In words. */
    public String what() {
        return what;
    }

    /** What a person can do with it. */
    public String remedy() {
        return remedy;
    }

    /** Whether it is a model of this family, whole or with parts that lie elsewhere. */
    public boolean isModel() {
        return this == SDXL || this == SDXL_REFINER || this == SDXL_UNET;
    }

    /** Tells by the names alone. */
    public static FileKind of(WeightFile file) {
        Set<String> names = file.weights().keySet();
        if (has(names, LoraRole::changes) || has(names, n -> n.startsWith(BundledEmbeddings.PREFIX))) {
            return LORA;
        }
        if (has(names, n -> n.startsWith("control_model.") || n.startsWith("controlnet_") || n.startsWith("zero_convs."))) {
            return CONTROL_NET;
        }
        if (has(names, n -> n.startsWith("model.diffusion_model."))) {
            return has(names, n -> n.startsWith("conditioner.embedders.1.")) ? SDXL
                    : has(names, n -> n.startsWith("conditioner.embedders.0.model.")) ? SDXL_REFINER
                    : has(names, n -> n.startsWith("cond_stage_model.")) ? OLDER_STABLE_DIFFUSION
                    : Spellings.holdsUNet(names) ? SDXL_UNET
                    : has(names, n -> n.endsWith("input_blocks.0.0.weight")) ? OLDER_STABLE_DIFFUSION : UNET;
        }
        if (Spellings.holdsUNet(names)) {
            return SDXL_UNET;
        }
        if (has(names, n -> n.endsWith("decoder.conv_in.weight"))) {
            return VAE;
        }
        if (names.contains("conv_in.weight") || names.contains("input_blocks.0.0.weight")) {
            return UNET;
        }
        boolean word = names.size() == 1 && names.iterator().next().startsWith("<");
        return word || has(names, n -> INVERSION.contains(n) || n.startsWith("string_to_param.")) ? EMBEDDING : UNKNOWN;
    }

    private static boolean has(Set<String> names, Predicate<String> such) {
        return names.stream().anyMatch(such);
    }
}
