package org.refract.model.sdxl.options;

import org.refract.api.model.Options;

/**
 * How the VAE saves memory.
 *
 * @param slicing one picture of a batch after the other (diffusers' {@code enable_vae_slicing}); changes no number
 * @param tiling  overlapping tiles, blended (diffusers' {@code enable_vae_tiling}); changes the picture a little
 */
public record VaeOptions(boolean slicing, boolean tiling) {

    static final String SLICING = "vae_slicing";
    static final String TILING = "vae_tiling";

    /** Pictures together where they fit, whole. */
    public static final VaeOptions DEFAULT = new VaeOptions(false, false);

    /** What a request says. */
    public static VaeOptions of(Options said) {
        return new VaeOptions(said.text(SLICING).map(Boolean::parseBoolean).orElse(false), said.text(TILING).map(Boolean::parseBoolean).orElse(false));
    }

    /** These said in a request, in place of what it said before. */
    public Options on(Options said) {
        return said.with(SLICING, slicing, DEFAULT.slicing).with(TILING, tiling, DEFAULT.tiling);
    }
}
