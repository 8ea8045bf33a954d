package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * Which part of the denoising a request does, so that two models can share it: a base model hands its latents to a refiner
 * (SDXL, section 2.5; diffusers' {@code denoising_end} and {@code denoising_start}).
 *
 * @param start   share of the noise levels that lies behind, 0 to begin at the first step
 * @param end     share of the noise levels after which to stop, 1 to finish
 * @param latents {@code (batch, channels, h, w)} float32, what an earlier stage left, owned by the caller; empty to begin with noise
 */
public record Stage(double start, double end, Optional<NDArray> latents) {

    /** All of it, from noise. */
    public static final Stage WHOLE = new Stage(0, 1, Optional.empty());

    /** From noise up to a share of the noise levels; the latents are for a later stage. */
    public static Stage until(double end) {
        return new Stage(0, end, Optional.empty());
    }

    /** The rest, from latents that an earlier stage left. */
    public static Stage from(double start, NDArray latents) {
        return new Stage(start, 1, Optional.of(latents));
    }
}
