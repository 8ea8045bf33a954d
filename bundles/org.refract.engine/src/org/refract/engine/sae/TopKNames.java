package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import org.refract.api.RefractException;
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
        SaeConfig config = published(checkpoint.config());
        if (!checkpoint.config().variant().equals("topk")) {
            return new Checkpoint(config, checkpoint.tensors(), checkpoint.provenance(), checkpoint.notes());
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
        return new Checkpoint(config, tensors, checkpoint.provenance(), checkpoint.notes());
    }

    /** The config that a checkpoint has in the words of {@link SaeForm}. */
    public static SaeConfig published(SaeConfig config) throws RefractException {
        return switch (config.variant()) {
            case "panneal" -> SaeForm.RELU.of(config);
            case "topk" -> SaeForm.KSPARSE.config(config.width(), config.width(), config.latents(), Map.of("k", config.settings().text("k")));
            default -> config;
        };
    }

    /**
     * A checkpoint in the words of {@link SaeForm}, for a writer of a tool's format.
     *
     * @param format what the sentence calls the format
     * @throws RefractException if it is of a variant that is none of these forms, which no other tool can compute
     */
    public static Checkpoint publishable(Checkpoint checkpoint, NDManager out, String format) throws RefractException {
        Checkpoint published = published(checkpoint, out);
        if (SaeForm.find(published.config().variant()).isEmpty()) {
            throw RefractException.usage("%s cannot hold a '%s' autoencoder, which an extension brings: write Refract's own format.", format,
                    published.config().variant());
        }
        return published;
    }

    private static NDArray get(Map<String, NDArray> tensors, String name) throws RefractException {
        NDArray tensor = tensors.get(name);
        if (tensor == null) {
            throw RefractException.usage("A topk autoencoder lacks its tensor '%s'.", name);
        }
        return tensor;
    }
}
