package org.refract.api.model;

import java.util.Optional;

/**
 * What two image models must have in common to hand latents to each other.
 *
 * @param channels of latents
 * @param pixels   per side of one latent position
 * @param scale    how the VAE's latents are scaled for the U-Net, in words
 * @param noise    the noise levels of training, in words
 * @param finishes whether the model was trained on low noise alone, to finish what another has begun (SDXL's refiner)
 */
public record LatentSpace(int channels, int pixels, String scale, String noise, boolean finishes) {

    /**
     * Why a second model cannot take latents of this one: a clause that tells both values; empty if it can.
     *
     * @param second of the model that would take them
     * @param noisy  whether the latents still hold noise
     */
    public Optional<String> mismatch(LatentSpace second, boolean noisy) {
        if (channels != second.channels) {
            return Optional.of("its latents have %d channels, not %d".formatted(second.channels, channels));
        }
        if (pixels != second.pixels) {
            return Optional.of("its latents have one position for %1$d x %1$d pixels, not %2$d x %2$d".formatted(second.pixels, pixels));
        }
        if (!scale.equals(second.scale)) {
            return Optional.of("its VAE is another one (latents %s, not %s)".formatted(second.scale, scale));
        }
        return noisy && !noise.equals(second.noise)
                ? Optional.of("it was trained on other noise (%s, not %s)".formatted(second.noise, noise))
                : Optional.empty();
    }
}
