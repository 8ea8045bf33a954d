package org.refract.model.sdxl.weights;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a file calls the weights of a part.
 *
 * @param origins from the tree's name of a weight, without the part's, to where it may lie, the usual place first
 * @param prefix  what every name of this part begins with in the file; other names are another part's
 * @param ignored names after the prefix that are no weights
 */
public record Spelling(Function<String, List<Origin>> origins, String prefix, Predicate<String> ignored) {

    private static final String TEXT_MODEL = "text_model.";
    private static final String PROJECTION = "text_projection.weight";

    /** The tree's own names. */
    public static final Spelling UNET = new Spelling(own -> List.of(Origin.of(own)), "", name -> false);

    /** transformers writes text encoders with and without {@code text_model.}, and old files hold a table of positions. */
    public static final Spelling TEXT_ENCODER = new Spelling(own -> own.startsWith(TEXT_MODEL)
            ? List.of(Origin.of(own), Origin.of(own.substring(TEXT_MODEL.length())))
            : own.equals(PROJECTION) ? List.of(Origin.of(own), new Origin("text_projection", 0, 1, true))
            : List.of(Origin.of(own)), "", name -> name.endsWith("embeddings.position_ids") || name.equals("logit_scale"));

    /** Older autoencoder files call the attention's layers query, key, value and proj_attn. */
    public static final Spelling VAE = new Spelling(own -> List.of(Origin.of(own), Origin.of(own
            .replace(".attentions.0.to_q.", ".attentions.0.query.")
            .replace(".attentions.0.to_k.", ".attentions.0.key.")
            .replace(".attentions.0.to_v.", ".attentions.0.value.")
            .replace(".attentions.0.to_out.0.", ".attentions.0.proj_attn."))), "", name -> false);

    /** The same names behind a prefix. */
    public Spelling under(String before) {
        return new Spelling(own -> origins.apply(own).stream().map(o -> o.under(before)).toList(), before + prefix, ignored);
    }

    /** Whether a name of the file is this part's and wants a weight in the tree. */
    boolean claims(String name) {
        return name.startsWith(prefix) && !ignored.test(name.substring(prefix.length()));
    }
}
