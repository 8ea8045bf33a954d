package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.SaeConfig;

/**
 * The variant {@code topk} keeps openai/sparse_autoencoder's names ({@code encoder.weight} (latents, width), {@code decoder.weight} (width,
 * latents), {@code pre_bias}, {@code latent_bias}); here they become those of {@link SaeForm#KSPARSE}, which computes the same. A {@code panneal}
 * autoencoder, which only trains otherwise, becomes one of {@link SaeForm#RELU}.
 */
public final class TopKNames {

    private TopKNames() {
    }

    /** A checkpoint in the words of {@link SaeForm}: the same one, or one renamed. Numbers stay what they are. */
    public static Checkpoint published(Checkpoint checkpoint, NDManager out) throws RefractException {
        SaeConfig config = checkpoint.config();
        if (config.variant().equals("panneal")) {
            return new Checkpoint(SaeForm.RELU.of(config), checkpoint.tensors(), checkpoint.provenance());
        }
        if (!config.variant().equals("topk")) {
            return checkpoint;
        }
        Map<String, NDArray> from = checkpoint.tensors();
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("W_enc", Weights.transposed(out, get(from, "encoder.weight")));
        tensors.put("b_enc", Weights.floats(out, get(from, "latent_bias")));
        tensors.put("W_dec", Weights.transposed(out, get(from, "decoder.weight")));
        tensors.put("b_dec", Weights.floats(out, get(from, "pre_bias")));
        if (from.containsKey("stats_last_nonzero")) {
            tensors.put("stats_last_nonzero", from.get("stats_last_nonzero"));
        }
        Settings settings = Settings.of(SaeForm.KSPARSE.hyperparameters(), Map.of("k", config.settings().text("k")));
        return new Checkpoint(new SaeConfig("ksparse", config.width(), config.width(), config.latents(), settings), tensors, checkpoint.provenance());
    }

    private static NDArray get(Map<String, NDArray> tensors, String name) throws RefractException {
        NDArray tensor = tensors.get(name);
        if (tensor == null) {
            throw RefractException.failure("A topk autoencoder lacks its tensor '%s'.", name);
        }
        return tensor;
    }
}
