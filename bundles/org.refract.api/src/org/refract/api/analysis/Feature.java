package org.refract.api.analysis;

import java.util.Optional;

/**
 * What is known of one latent.
 *
 * @param latent  index in its dictionary
 * @param density share of positions at which it is active (activation &gt; 0)
 * @param mean    mean of its positive activations, 0 if it was never active
 * @param max     largest activation seen
 * @param std     standard deviation of its positive activations
 * @param label   its name, if it has one
 */
public record Feature(int latent, double density, double mean, double max, double std, Optional<Label> label) {

    /** Whether it was ever active. */
    public boolean alive() {
        return density > 0;
    }
}
