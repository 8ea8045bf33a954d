package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * A picture to begin with: noise is added to it and taken away again (SDEdit; diffusers' image-to-image and inpainting pipelines).
 *
 * @param image    {@code (1 or batch, 3, height, width)} float32 in [0, 1], RGB; or finished latents {@code (1 or batch, channels, h, w)}
 *                 as an {@link ImageBatch} holds them. Owned by the caller.
 * @param strength share of the noise that is added, above 0 (nothing changes) to 1 (all but nothing stays)
 * @param mask     {@code (1 or batch, 1, height, width)} float32, 1 where the picture is drawn anew and 0 where it stays; empty for everywhere
 */
public record StartImage(NDArray image, double strength, Optional<NDArray> mask) {

    /** Image to image. */
    public static StartImage of(NDArray image, double strength) {
        return new StartImage(image, strength, Optional.empty());
    }
}
