package org.refract.api.plot;

import java.util.List;
import java.util.Optional;
import org.refract.api.plot.Series.Bars;
import org.refract.api.plot.Series.HeatMap;

/**
 * A chart: what it shows, not how it is drawn. A terminal, a report and a window draw it each in their way; {@link PlotJson} is its written form.
 *
 * @param title  of the whole
 * @param x      from left to right
 * @param y      upwards; of a heat map, downwards
 * @param series at least one: lines, points and histograms over numbers, or bars over the same categories, or one heat map
 */
public record Plot(String title, Axis x, Axis y, List<Series> series) {

    /** Checks that the series fit on the same axes. */
    public Plot {
        series = List.copyOf(series);
        if (series.isEmpty()) {
            throw new IllegalArgumentException("no series");
        }
        for (Series other : series) {
            if (!categories(other).equals(categories(series.getFirst())) || other instanceof HeatMap && series.size() > 1) {
                throw new IllegalArgumentException("'%s' and '%s' do not share their axes".formatted(series.getFirst().name(), other.name()));
            }
        }
    }

    /** What stands along the horizontal axis in the place of numbers; empty where there are numbers. */
    public Optional<List<String>> categories() {
        return categories(series.getFirst());
    }

    private static Optional<List<String>> categories(Series series) {
        return switch (series) {
            case Bars bars -> Optional.of(bars.categories());
            case HeatMap map -> Optional.of(map.columns());
            default -> Optional.empty();
        };
    }
}
