package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * The pictures of one {@link ImageRequest}.
 *
 * @param latents {@code (batch, channels, h, w)} float32, the final latents as the scheduler left them (not divided by the
 *                VAE's scaling factor)
 * @param images  {@code (batch, 3, height, width)} float32 in [0, 1], RGB; of a stage that ends early the picture that the model
 *                predicts there; empty if the request asked for latents alone
 */
public record ImageBatch(NDArray latents, Optional<NDArray> images) implements AutoCloseable {
    @Override
    public void close() {
        latents.close();
        images.ifPresent(NDArray::close);
    }
}
