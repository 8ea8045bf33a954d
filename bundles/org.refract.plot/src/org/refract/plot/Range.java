package org.refract.plot;

import java.util.List;
import java.util.stream.DoubleStream;
import org.refract.api.plot.Axis.Scale;
import org.refract.api.plot.Interval;
import org.refract.api.plot.Plot;
import org.refract.api.plot.Series;
import org.refract.api.plot.Series.Bars;
import org.refract.api.plot.Series.HeatMap;
import org.refract.api.plot.Series.Histogram;
import org.refract.api.plot.Series.Line;
import org.refract.api.plot.Series.Points;

/** The numbers that a plot's axes must reach. */
final class Range {
    private Range() {
    }

    /** The horizontal axis; the slots of categories lie from 0 to their count. */
    static Ticks across(Plot plot) {
        return plot.categories().map(categories -> Ticks.of(0, Math.max(1, categories.size())))
                .orElseGet(() -> ticks(plot.x().scale(), plot.series().stream().flatMapToDouble(Range::x)));
    }

    /** The vertical axis. */
    static Ticks up(Plot plot) {
        return ticks(plot.y().scale(), plot.series().stream().flatMapToDouble(series -> y(series, plot.y().scale())));
    }

    private static Ticks ticks(Scale scale, DoubleStream numbers) {
        double[] all = numbers.filter(number -> Double.isFinite(number) && (scale == Scale.LINEAR || number > 0)).toArray();
        double least = DoubleStream.of(all).min().orElse(scale == Scale.LINEAR ? 0 : 1);
        double most = DoubleStream.of(all).max().orElse(1);
        return scale == Scale.LINEAR ? Ticks.of(least, most) : Ticks.log(least, most);
    }

    private static DoubleStream x(Series series) {
        return switch (series) {
            case Line line -> DoubleStream.of(line.x());
            case Points points -> DoubleStream.of(points.x());
            case Histogram histogram -> DoubleStream.of(histogram.edges());
            case Bars bars -> DoubleStream.empty();
            case HeatMap map -> DoubleStream.empty();
        };
    }

    /** What rises from 0 reaches down to it. */
    private static DoubleStream y(Series series, Scale scale) {
        DoubleStream ground = scale == Scale.LINEAR ? DoubleStream.of(0) : DoubleStream.empty();
        return switch (series) {
            case Line line -> DoubleStream.concat(DoubleStream.of(line.y()), ends(line.interval().stream().toList()));
            case Points points -> DoubleStream.concat(DoubleStream.of(points.y()), ends(points.interval().stream().toList()));
            case Histogram histogram -> DoubleStream.concat(ground, DoubleStream.of(histogram.counts()));
            case Bars bars -> DoubleStream.concat(ground, DoubleStream.concat(DoubleStream.of(bars.values()), ends(bars.interval().stream().toList())));
            case HeatMap map -> DoubleStream.of(0, Math.max(1, map.rows().size()));
        };
    }

    private static DoubleStream ends(List<Interval> intervals) {
        return intervals.stream().flatMapToDouble(interval -> DoubleStream.concat(DoubleStream.of(interval.low()), DoubleStream.of(interval.high())));
    }
}
