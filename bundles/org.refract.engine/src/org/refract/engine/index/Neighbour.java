package org.refract.engine.index;

import java.util.Optional;

/**
 * A feature that writes nearly the same as another one.
 *
 * @param latent       the neighbour
 * @param cosine       cosine of the two decoder rows
 * @param coactivation recordings in which both were active / recordings in which at least one was (Jaccard index)
 * @param label        the neighbour's label
 */
public record Neighbour(int latent, double cosine, double coactivation, Optional<String> label) {
}
