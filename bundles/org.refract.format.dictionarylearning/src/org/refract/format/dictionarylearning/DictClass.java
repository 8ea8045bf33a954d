package org.refract.format.dictionarylearning;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.sae.SaeForm;

/**
 * A class of dictionary_learning's {@code dictionary.py} and what its tensors are here. {@code .weight} of an encoder is (latents, width), of a
 * decoder (width, latents); both are transposed here.
 */
enum DictClass {
    AUTO_ENCODER("AutoEncoder", "StandardTrainer", SaeForm.RELU, true,
            Map.of("bias", "b_dec", "encoder.weight", "W_enc", "encoder.bias", "b_enc", "decoder.weight", "W_dec")),
    AUTO_ENCODER_NEW("AutoEncoderNew", "StandardTrainerAprilUpdate", SaeForm.RELU, false,
            Map.of("encoder.weight", "W_enc", "encoder.bias", "b_enc", "decoder.weight", "W_dec", "decoder.bias", "b_dec")),
    GATED("GatedAutoEncoder", "GatedSAETrainer", SaeForm.GATED, true,
            Map.of("decoder_bias", "b_dec", "encoder.weight", "W_enc", "decoder.weight", "W_dec", "gate_bias", "b_gate", "mag_bias", "b_mag",
                    "r_mag", "r_mag")),
    JUMP_RELU("JumpReluAutoEncoder", "JumpReluTrainer", SaeForm.JUMPRELU, false,
            Map.of("W_enc", "W_enc", "b_enc", "b_enc", "W_dec", "W_dec", "b_dec", "b_dec", "threshold", "threshold")),
    TOP_K("AutoEncoderTopK", "TopKTrainer", SaeForm.KSPARSE, true,
            Map.of("b_dec", "b_dec", "encoder.weight", "W_enc", "encoder.bias", "b_enc", "decoder.weight", "W_dec", "threshold", "threshold")),
    BATCH_TOP_K("BatchTopKSAE", "BatchTopKTrainer", SaeForm.BATCHTOPK, true,
            Map.of("b_dec", "b_dec", "encoder.weight", "W_enc", "encoder.bias", "b_enc", "decoder.weight", "W_dec", "threshold", "threshold")),
    MATRYOSHKA("MatryoshkaBatchTopKSAE", "MatryoshkaBatchTopKTrainer", SaeForm.MATRYOSHKA, true,
            Map.of("W_enc", "W_enc", "b_enc", "b_enc", "W_dec", "W_dec", "b_dec", "b_dec", "threshold", "threshold", "group_sizes", "group_sizes"));

    private final String name;
    private final String trainer;
    private final SaeForm form;
    private final boolean centred;
    private final Map<String, String> names;

    DictClass(String name, String trainer, SaeForm form, boolean centred, Map<String, String> names) {
        this.name = name;
        this.trainer = trainer;
        this.form = form;
        this.centred = centred;
        this.names = names;
    }

    static Optional<DictClass> named(String name) {
        return Arrays.stream(values()).filter(c -> c.name.equals(name)).findFirst();
    }

    /** The class that computes what a config says. */
    static Optional<DictClass> of(SaeConfig config) {
        return Arrays.stream(values()).filter(c -> c.form.id().equals(config.variant()) && c.centred == config.settings().flag("apply_b_dec_to_input"))
                .findFirst();
    }

    static List<String> all() {
        return Arrays.stream(values()).map(DictClass::title).toList();
    }

    /** The class' own name. */
    String title() {
        return name;
    }

    /** The name of the trainer that makes it. */
    String trainer() {
        return trainer;
    }

    SaeForm form() {
        return form;
    }

    /** Whether {@code b_dec} is subtracted from the input. */
    boolean centred() {
        return centred;
    }

    /** Whether it has the buffer {@code k}. */
    boolean sparse() {
        return form == SaeForm.KSPARSE || form == SaeForm.BATCHTOPK || form == SaeForm.MATRYOSHKA;
    }

    /** Its tensors' names to ours. */
    Map<String, String> names() {
        return new LinkedHashMap<>(names);
    }
}
