package org.refract.plot;

import java.util.Arrays;
import org.refract.api.plot.Series.HeatMap;

/** The values of a heat map, from the least to the largest. */
record Span(double least, double most) {

    static Span of(HeatMap map) {
        double[] all = Arrays.stream(map.values()).flatMapToDouble(Arrays::stream).filter(Double::isFinite).toArray();
        return new Span(Arrays.stream(all).min().orElse(0), Arrays.stream(all).max().orElse(1));
    }

    /** 0 for the least, 1 for the largest. */
    double share(double value) {
        return most > least ? (value - least) / (most - least) : 0.5;
    }
}
