package org.refract.api.model;

/**
 * How the VAE saves memory.
 *
 * @param slicing one picture of a batch after the other (diffusers' {@code enable_vae_slicing}); changes no number
 * @param tiling  overlapping tiles, blended (diffusers' {@code enable_vae_tiling}); changes the picture a little
 */
public record VaeOptions(boolean slicing, boolean tiling) {

    /** Pictures together where they fit, whole. */
    public static final VaeOptions DEFAULT = new VaeOptions(false, false);
}
