package org.refract.engine.index;

import java.util.List;
import org.refract.api.analysis.Example;

/**
 * What an atlas knows of one feature beyond its numbers.
 *
 * @param latent      index in its dictionary
 * @param recordings  in how many recordings it was active
 * @param examples    its strongest examples, the strongest first
 * @param neighbours  the features nearest to it, the nearest first
 * @param activations how strong it is where it is active
 */
public record FeatureDetails(int latent, long recordings, List<Example> examples, List<Neighbour> neighbours, Histogram activations) {
}
