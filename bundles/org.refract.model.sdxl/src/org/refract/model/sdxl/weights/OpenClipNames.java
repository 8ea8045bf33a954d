package org.refract.model.sdxl.weights;

import java.util.List;
import java.util.Map;
import org.refract.nn.weights.Origin;
import org.refract.nn.weights.Spelling;

/**
 * What OpenCLIP calls the layers of its text encoder: query, key and value of an attention are one matrix, and the projection has rows
 * for columns.
 */
public final class OpenClipNames {

    private static final String LAYERS = "text_model.encoder.layers.";
    private static final String PROJECTION = "text_projection.weight";
    private static final List<String> FUSED = List.of("self_attn.q_proj.", "self_attn.k_proj.", "self_attn.v_proj.");
    private static final Map<String, Origin> OTHERS = Map.of(
            "text_model.embeddings.position_embedding.weight", Origin.of("positional_embedding"),
            "text_model.embeddings.token_embedding.weight", Origin.of("token_embedding.weight"),
            "text_model.final_layer_norm.weight", Origin.of("ln_final.weight"),
            "text_model.final_layer_norm.bias", Origin.of("ln_final.bias"),
            PROJECTION, new Origin("text_projection", 0, 1, true));
    private static final List<String> NO_WEIGHTS = List.of("logit_scale", "attn_mask", "transformer.text_model.embeddings.position_ids");

    private OpenClipNames() {
    }

    /** Where OpenCLIP's file has a weight that transformers gives a name. */
    static Origin of(String own) {
        if (!own.startsWith(LAYERS)) {
            return OTHERS.getOrDefault(own, Origin.of(own));
        }
        int dot = own.indexOf('.', LAYERS.length());
        String layer = "transformer.resblocks." + own.substring(LAYERS.length(), dot + 1);
        String rest = own.substring(dot + 1);
        for (int i = 0; i < FUSED.size(); i++) {
            if (rest.startsWith(FUSED.get(i))) {
                return new Origin(layer + "attn.in_proj_" + rest.substring(FUSED.get(i).length()), i, FUSED.size(), false);
            }
        }
        return Origin.of(layer + rest.replace("layer_norm1.", "ln_1.").replace("layer_norm2.", "ln_2.").replace("mlp.fc1.", "mlp.c_fc.")
                .replace("mlp.fc2.", "mlp.c_proj.").replace("self_attn.out_proj.", "attn.out_proj."));
    }

    /** How a file with these names is read. */
    public static Spelling spelling() {
        // some tools save the projection as the linear layer that transformers makes of it
        return new Spelling(own -> own.equals(PROJECTION) ? List.of(of(own), Origin.of(own)) : List.of(of(own)), "", NO_WEIGHTS::contains);
    }
}
