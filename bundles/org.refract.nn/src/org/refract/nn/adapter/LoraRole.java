package org.refract.nn.adapter;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a tensor of a LoRA file does for its layer, by the end of its name. */
public enum LoraRole {
    DOWN(".lora_down.weight", ".lora_A.weight", ".lora.down.weight", "_lora.down.weight", ".lora_linear_layer.down.weight"),
    UP(".lora_up.weight", ".lora_B.weight", ".lora.up.weight", "_lora.up.weight", ".lora_linear_layer.up.weight"),
    /** LoCon in Tucker form: the middle one of three convolutions. */
    MIDDLE(".lora_mid.weight"),
    UP_BIAS(".lora_B.bias", ".lora_up.bias"),
    ALPHA(".alpha"),
    /** DoRA: the length that rows or columns of the changed weight get. */
    MAGNITUDE(".dora_scale", ".lora_magnitude_vector", ".lora_magnitude_vector.weight"),
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
    LOKR_T2(".lokr_t2"),
    GLORA_A1(".a1.weight"),
    GLORA_A2(".a2.weight"),
    GLORA_B1(".b1.weight"),
    GLORA_B2(".b2.weight"),
    /** GLoRA's core of a convolution. */
    GLORA_BM(".bm.weight"),
    /** (IA)^3: how much longer, less 1, each input or output of the layer becomes; only beside {@link #ON_INPUT}. */
    STRETCH,
    /** 1 if it is the inputs, 0 if the outputs. */
    ON_INPUT(".on_input"),
    /** PEFT's (IA)^3: the lengths themselves, those of inputs in a row, of outputs in a column. */
    LENGTHS(".ia3_l", ".ia3_l.default"),
    /** OFT's blocks (k, n, n), or BOFT's (factor, k, n, n). */
    OFT_BLOCKS(".oft_blocks"),
    /** What each output is multiplied by after it was turned. */
    RESCALE(".rescale");

    private static final String WEIGHT = ".weight";

    /** Kinds of changes that other tools write and that are not known here, by the ends of names that only they have. */
    private static final Map<String, String> FOREIGN = foreignKinds();

    /** PEFT puts an adapter's name, {@code default} where none was given, behind what a tensor is. */
    private static final Pattern ADAPTER = Pattern.compile("(\\.(?:lora_A|lora_B|lora_magnitude_vector))\\.(?!weight$|bias$)\\w+(\\.weight|\\.bias|)$"
            + "|(\\.(?:hada|lokr)_\\w+)\\.default$");

    private final String[] endings;

    LoraRole(String... endings) {
        this.endings = endings;
    }

    /**
     * A tensor's name taken apart.
     *
     * @param layer the layer, as the file calls it
     */
    public record Key(String layer, LoraRole role) {
    }

    /**
     * The layer and the role that a name says, if it says one.
     *
     * @param others all names of the file
     */
    public static Optional<Key> of(String name, Set<String> others) {
        if (name.endsWith(WEIGHT)) {
            String layer = name.substring(0, name.length() - WEIGHT.length());
            if (others.contains(layer + ON_INPUT.endings[0])) {
                return Optional.of(new Key(layer, STRETCH));
            }
        }
        return of(name);
    }

    private static Optional<Key> of(String name) {
        Matcher adapter = ADAPTER.matcher(name);
        String plain = adapter.find() ? name.substring(0, adapter.start()) + (adapter.group(1) == null ? adapter.group(3) : adapter.group(1) + adapter.group(2))
                : name;
        for (LoraRole role : values()) {
            for (String ending : role.endings) {
                if (plain.endsWith(ending)) {
                    return Optional.of(new Key(plain.substring(0, plain.length() - ending.length()), role));
                }
            }
        }
        return Optional.empty();
    }

    /** Whether a name is that of a change of weights, of any kind: what a file of them is known by. */
    public static boolean changes(String name) {
        return foreign(name).isPresent() || of(name).filter(key -> key.role() != ALPHA).isPresent();
    }

    /** The kind of change that a name belongs to, if it is one that is known but not computed here. */
    public static Optional<String> foreign(String name) {
        return FOREIGN.entrySet().stream().filter(e -> name.endsWith(e.getKey())).map(Map.Entry::getValue).findFirst();
    }

    private static Map<String, String> foreignKinds() {
        Map<String, String> kinds = new LinkedHashMap<>();
        // how PEFT makes rotations of the numbers stands in its adapter_config.json, not in the file
        for (String end : new String[] {".oft_diag", ".oft_R.weight", ".oft_R.default.weight", ".boft_R", ".boft_s"}) {
            kinds.put(end, "OFT or BOFT of PEFT");
        }
        for (String end : new String[] {".set_weight", ".set_bias"}) {
            kinds.put(end, "whole weights");
        }
        kinds.put(".vera_lambda_b", "VeRA");
        kinds.put(".vera_lambda_d", "VeRA");
        kinds.put(".hra_u", "HRA");
        kinds.put(".fourierft_spectrum", "FourierFT");
        return kinds;
    }
}
