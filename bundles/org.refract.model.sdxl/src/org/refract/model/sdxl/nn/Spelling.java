package org.refract.model.sdxl.nn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * How a checkpoint's names may differ from those of the module tree.
 *
 * @param own     turns a checkpoint's name into the tree's
 * @param ignored names in the tree's spelling that are no weights
 */
public record Spelling(UnaryOperator<String> own, Set<String> ignored) {

    /** The U-Net's names are always the tree's. */
    public static final Spelling UNET = new Spelling(UnaryOperator.identity(), Set.of());

    /** transformers writes text encoders with and without {@code text_model.}, and old files hold a table of positions. */
    public static final Spelling TEXT_ENCODER = new Spelling(
            name -> name.startsWith("embeddings.") || name.startsWith("encoder.") || name.startsWith("final_layer_norm.")
                    ? "text_model." + name
                    : name,
            Set.of("text_model.embeddings.position_ids"));

    /** Older autoencoder files call the attention's layers query, key, value and proj_attn. */
    public static final Spelling VAE = new Spelling(name -> name
            .replace(".attentions.0.query.", ".attentions.0.to_q.")
            .replace(".attentions.0.key.", ".attentions.0.to_k.")
            .replace(".attentions.0.value.", ".attentions.0.to_v.")
            .replace(".attentions.0.proj_attn.", ".attentions.0.to_out.0."), Set.of());

    /** A checkpoint's names in the tree's spelling, each to be taken once. */
    Names read(Collection<String> names) {
        Map<String, String> byOwn = new LinkedHashMap<>();
        for (String name : names) {
            String tree = own.apply(name);
            if (!ignored.contains(tree)) {
                byOwn.put(tree, name);
            }
        }
        return new Names(byOwn);
    }

    /** What is not yet taken, by the tree's name. */
    record Names(Map<String, String> byOwn) {

        Optional<String> take(String own) {
            return Optional.ofNullable(byOwn.remove(own));
        }

        List<String> left() {
            return new ArrayList<>(byOwn.values());
        }
    }
}
