package org.refract.engine.index;

import java.util.List;
import org.refract.api.analysis.Feature;

/**
 * A page of features.
 *
 * @param total    how many features fit the query on all pages together
 * @param features those of this page
 */
public record FeaturePage(long total, List<Feature> features) {
}
