package org.refract.model.sdxl.weights;

import java.util.Map;
import java.util.Optional;

/** What a tensor of a LoRA file does for its layer, by the end of its name. */
enum LoraRole {
    DOWN(".lora_down.weight", ".lora_A.weight", ".lora_A.default.weight", ".lora.down.weight", "_lora.down.weight", ".lora_linear_layer.down.weight"),
    UP(".lora_up.weight", ".lora_B.weight", ".lora_B.default.weight", ".lora.up.weight", "_lora.up.weight", ".lora_linear_layer.up.weight"),
    /** LoCon in Tucker form: the middle one of three convolutions. */
    MIDDLE(".lora_mid.weight"),
    UP_BIAS(".lora_B.bias", ".lora_up.bias"),
    ALPHA(".alpha"),
    /** DoRA: the length that rows or columns of the changed weight get. */
    MAGNITUDE(".dora_scale", ".lora_magnitude_vector", ".lora_magnitude_vector.weight", ".lora_magnitude_vector.default.weight"),
    /** A change of full rank. */
    DIFFERENCE(".diff", ".w_norm"),
    BIAS_DIFFERENCE(".diff_b", ".b_norm"),
    HADA_W1_A(".hada_w1_a"),
    HADA_W1_B(".hada_w1_b"),
    HADA_W2_A(".hada_w2_a"),
    HADA_W2_B(".hada_w2_b"),
    HADA_T1(".hada_t1"),
    HADA_T2(".hada_t2"),
    LOKR_W1(".lokr_w1"),
    LOKR_W1_A(".lokr_w1_a"),
    LOKR_W1_B(".lokr_w1_b"),
    LOKR_W2(".lokr_w2"),
    LOKR_W2_A(".lokr_w2_a"),
    LOKR_W2_B(".lokr_w2_b"),
    LOKR_T2(".lokr_t2");

    /** Kinds of changes that other tools write and that are not known here. */
    private static final Map<String, String> FOREIGN = Map.of(".oft_blocks", "OFT", ".oft_diag", "BOFT", ".a1.weight", "GLoRA", ".on_input", "(IA)^3",
            ".set_weight", "whole weights");

    private final String[] endings;

    LoraRole(String... endings) {
        this.endings = endings;
    }

    /**
     * A tensor's name taken apart.
     *
     * @param layer the layer, as the file calls it
     */
    record Key(String layer, LoraRole role) {
    }

    /** The layer and the role that a name says, if it says one. */
    static Optional<Key> of(String name) {
        for (LoraRole role : values()) {
            for (String ending : role.endings) {
                if (name.endsWith(ending)) {
                    return Optional.of(new Key(name.substring(0, name.length() - ending.length()), role));
                }
            }
        }
        return Optional.empty();
    }

    /** The kind of change that a name belongs to, if it is one that is known but not computed here. */
    static Optional<String> foreign(String name) {
        return FOREIGN.entrySet().stream().filter(e -> name.endsWith(e.getKey())).map(Map.Entry::getValue).findFirst();
    }
}
