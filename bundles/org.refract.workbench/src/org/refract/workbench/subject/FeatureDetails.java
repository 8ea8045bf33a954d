package org.refract.workbench.subject;

import java.util.List;
import java.util.Optional;
import org.refract.api.analysis.Feature;
import org.refract.workbench.picture.ActivationMap;
import org.refract.workbench.picture.Pixels;

/**
 * Everything that a run's atlas knows of one feature.
 *
 * @param feature   its statistics and label
 * @param examples  the recordings in which it was strongest, strongest first
 * @param nearest   the features whose decoder directions are most alike, most alike first
 * @param histogram how its activations are distributed over the examples
 */
public record FeatureDetails(Feature feature, List<ExamplePicture> examples, List<Neighbour> nearest, Histogram histogram) {

    public FeatureDetails {
        examples = List.copyOf(examples);
        nearest = List.copyOf(nearest);
    }

    /**
     * A recording in which the feature was active.
     *
     * @param caption  its prompt
     * @param seed     of its noise, if the recordings are there
     * @param strength mean activation over positions
     * @param picture  the recorded picture, if it is there
     * @param map      where the feature was active in it
     */
    public record ExamplePicture(String caption, Optional<Long> seed, double strength, Optional<Pixels> picture, ActivationMap map) {
    }

    /**
     * A similar feature.
     *
     * @param row    which
     * @param cosine of the two decoder directions, in [-1, 1]
     */
    public record Neighbour(FeatureRow row, double cosine) {
    }

    /**
     * Counts of values in equally wide bins.
     *
     * @param title  what is counted
     * @param unit   of the horizontal axis
     * @param from   left edge of the first bin
     * @param to     right edge of the last bin
     * @param counts one per bin
     */
    public record Histogram(String title, String unit, double from, double to, int[] counts) {
    }
}
