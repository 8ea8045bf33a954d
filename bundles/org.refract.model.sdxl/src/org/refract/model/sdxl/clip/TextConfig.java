package org.refract.model.sdxl.clip;

import java.util.List;
import org.refract.api.RefractException;
import org.refract.engine.tensor.Lanes;
import org.refract.nn.ConfigFile;

/**
 * {@code text_encoder/config.json}.
 *
 * @param hiddenSize        width
 * @param intermediateSize  width inside the feed-forward layers
 * @param heads             attention heads
 * @param layers            how many layers
 * @param positions         longest text in tokens, start and end tokens included
 * @param vocabulary        number of tokens
 * @param projection        width of the projected pooled embedding, 0 for a model without one
 * @param activation        {@code quick_gelu}, {@code gelu} or {@code gelu_tanh}
 * @param layerNormEps      epsilon of the layer norms
 * @param endToken          the token whose position is pooled; 2 stands for the highest token of the text, as in CLIP's first files
 */
public record TextConfig(int hiddenSize, int intermediateSize, int heads, int layers, int positions, int vocabulary, int projection,
        String activation, double layerNormEps, int endToken) {

    /** {@code eos_token_id} of files written before transformers kept the true one. */
    public static final int LEGACY_END_TOKEN = 2;

    /** Whether every layer is small, so that lanes are for it. */
    public boolean isSmall() {
        return Lanes.areFor(positions, hiddenSize);
    }

    /** @param projected whether the part's class is {@code CLIPTextModelWithProjection} */
    public static TextConfig read(ConfigFile file, boolean projected) throws RefractException {
        String activation = switch (file.text("hidden_act", "quick_gelu")) {
            case "quick_gelu" -> "quick_gelu";
            case "gelu" -> "gelu";
            case "gelu_new", "gelu_pytorch_tanh" -> "gelu_tanh";
            default -> throw file.wrong("hidden_act", "quick_gelu, gelu or gelu_new");
        };
        TextConfig config = new TextConfig(file.integer("hidden_size"), file.integer("intermediate_size"), file.integer("num_attention_heads"),
                file.integer("num_hidden_layers"), file.integer("max_position_embeddings", 77), file.integer("vocab_size", 49408),
                projected ? file.integer("projection_dim", 512) : 0, activation, file.real("layer_norm_eps", 1e-5),
                file.integer("eos_token_id", LEGACY_END_TOKEN));
        for (int positive : List.of(config.hiddenSize, config.intermediateSize, config.heads, config.positions, config.vocabulary)) {
            if (positive < 1) {
                throw file.wrong("hidden_size", "greater than 0, like all sizes of this file");
            }
        }
        if (config.hiddenSize % config.heads != 0) {
            throw file.wrong("num_attention_heads", "a divisor of hidden_size");
        }
        if (file.layers("num_hidden_layers", config.layers) < 2) {
            throw file.wrong("num_hidden_layers", "at least 2, because SDXL reads the last layer but one");
        }
        return config;
    }
}
