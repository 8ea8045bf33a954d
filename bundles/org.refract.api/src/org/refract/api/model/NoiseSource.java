package org.refract.api.model;

/**
 * Standard normal noise for one picture: the initial latents first, then one draw for every step of a scheduler that adds noise.
 * Where a request names none, a seed gives the numbers that PyTorch's CPU generator gives for it.
 */
@FunctionalInterface
public interface NoiseSource {

    /** @param size how many numbers are wanted, in row-major order of (1, channels, h, w) */
    float[] next(int size);
}
