package org.refract.api.sae;

import org.refract.api.Settings;

/**
 * The shape and settings of a sparse autoencoder.
 *
 * @param variant  the {@link SaeVariant#id()} that made it
 * @param width    d, size of an input vector
 * @param outputWidth size of an output vector; differs from {@code width} for transcoders only. A crosscoder's are the sums over its hook points
 * @param latents  n, size of the dictionary
 * @param settings the variant's own hyperparameters, such as {@code k}
 */
public record SaeConfig(String variant, int width, int outputWidth, int latents, Settings settings) {

    /** How many hook points' vectors lie one after another in an input: the setting {@code points}, 1 without it. */
    public int points() {
        return settings.asMap().containsKey("points") ? Math.toIntExact(settings.integer("points")) : 1;
    }
}
