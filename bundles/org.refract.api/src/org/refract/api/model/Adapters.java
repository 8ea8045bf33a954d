package org.refract.api.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is added to a model's own weights when it is opened. The opened model's fingerprint covers them.
 *
 * @param loras      low-rank changes of the weights, added in this order
 * @param embeddings textual inversions: files of learned token embeddings; the token is the file's own, and the file's name
 * @param vae        another VAE's folder or file, in place of the model's
 * @param textEncoders folders or files of text encoders, in place of the model's or where it has none
 */
public record Adapters(List<Lora> loras, List<Path> embeddings, Optional<Path> vae, List<Path> textEncoders) {

    /** The model as it is. */
    public static final Adapters NONE = new Adapters(List.of(), List.of(), Optional.empty());

    /**
     * A low-rank adapter (LoRA): W + strength · (alpha / rank) · B A.
     *
     * @param file     in kohya's or diffusers' naming
     * @param strength 1 for as trained; may be negative
     */
    public record Lora(Path file, double strength) {
    }

    public Adapters {
        loras = List.copyOf(loras);
        embeddings = List.copyOf(embeddings);
        textEncoders = List.copyOf(textEncoders);
    }

    /** With the model's own text encoders. */
    public Adapters(List<Lora> loras, List<Path> embeddings, Optional<Path> vae) {
        this(loras, embeddings, vae, List.of());
    }

    /** Whether nothing is added. */
    public boolean isEmpty() {
        return loras.isEmpty() && embeddings.isEmpty() && vae.isEmpty() && textEncoders.isEmpty();
    }
}
