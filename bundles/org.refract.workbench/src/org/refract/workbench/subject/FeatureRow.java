package org.refract.workbench.subject;

import org.refract.api.analysis.Feature;

/**
 * A line of the feature list.
 *
 * @param feature  what the run's atlas knows of it
 * @param strength mean activation in the picture on the screen, 0 if it is not active there
 */
public record FeatureRow(Feature feature, double strength) {

    /** The words of its label, empty if it has none. */
    public String label() {
        return feature.label().map(l -> l.text()).orElse("");
    }

    /** The same feature as strong as this here. */
    public FeatureRow withStrength(double here) {
        return new FeatureRow(feature, here);
    }
}
