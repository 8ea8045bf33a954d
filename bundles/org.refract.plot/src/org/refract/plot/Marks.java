package org.refract.plot;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.refract.api.plot.Interval;
import org.refract.api.plot.Series;
import org.refract.api.plot.Series.Bars;
import org.refract.api.plot.Series.HeatMap;
import org.refract.api.plot.Series.Histogram;
import org.refract.api.plot.Series.Line;
import org.refract.api.plot.Series.Points;

/**
 * Draws series into a frame.
 *
 * @param surface what is drawn on
 * @param frame   where numbers lie on it
 */
record Marks(Surface surface, Frame frame) {
    private static final double LINE = 1.6;
    private static final double RADIUS = 2.5;
    /** Many points lie over each other; that more lie in one place is to be seen. */
    private static final double POINT = 0.7;
    private static final double BAND = 0.18;
    private static final double BAR = 0.85;
    /** Share of a category's room that its bars take. */
    private static final double FILLED = 0.8;
    private static final double CAP = 3;

    /**
     * Draws one.
     *
     * @param place of the series
     * @param of    how many there are
     */
    void draw(Series series, int place, int of) {
        int colour = Palette.series(place);
        switch (series) {
            case Line line -> line(line, colour);
            case Points points -> points(points, colour);
            case Bars bars -> bars(bars, place, of, colour);
            case Histogram histogram -> histogram(histogram, of > 1 ? BAR / 2 : BAR, colour);
            case HeatMap map -> cells(map);
        }
    }

    private void line(Line line, int colour) {
        line.interval().ifPresent(interval -> band(line.x(), interval, colour));
        int[] known = known(line.x(), line.y());
        surface.line(Arrays.stream(known).mapToDouble(i -> frame.x(line.x()[i])).toArray(),
                Arrays.stream(known).mapToDouble(i -> frame.y(line.y()[i])).toArray(), colour, LINE);
    }

    private int[] known(double[] x, double[] y) {
        return IntStream.range(0, x.length).filter(i -> frame.shows(x[i], y[i])).toArray();
    }

    private void band(double[] x, Interval interval, int colour) {
        int[] there = IntStream.range(0, x.length).filter(i -> frame.shows(x[i], interval.low()[i]) && frame.shows(x[i], interval.high()[i])).toArray();
        int n = there.length;
        double[] aroundX = new double[2 * n];
        double[] aroundY = new double[2 * n];
        for (int i = 0; i < n; i++) {
            aroundX[i] = frame.x(x[there[i]]);
            aroundX[2 * n - 1 - i] = aroundX[i];
            aroundY[i] = frame.y(interval.high()[there[i]]);
            aroundY[2 * n - 1 - i] = frame.y(interval.low()[there[i]]);
        }
        surface.area(aroundX, aroundY, colour, BAND);
    }

    private void points(Points points, int colour) {
        for (int i : known(points.x(), points.y())) {
            bar(points.interval(), i, frame.x(points.x()[i]), colour);
            surface.dot(frame.x(points.x()[i]), frame.y(points.y()[i]), RADIUS, colour, POINT, points.labels().isEmpty() ? "" : points.labels().get(i));
        }
    }

    /** An error bar. */
    private void bar(Optional<Interval> interval, int i, double x, int colour) {
        if (interval.isPresent() && frame.up().shows(interval.get().low()[i]) && frame.up().shows(interval.get().high()[i])) {
            double low = frame.y(interval.get().low()[i]);
            double high = frame.y(interval.get().high()[i]);
            surface.line(new double[] {x - CAP, x + CAP, x, x, x - CAP, x + CAP}, new double[] {low, low, low, high, high, high}, colour, 1);
        }
    }

    private void bars(Bars bars, int place, int of, int colour) {
        double width = FILLED / of;
        for (int i = 0; i < bars.values().length; i++) {
            if (frame.up().shows(bars.values()[i])) {
                double left = i + (1 - FILLED) / 2 + place * width;
                box(left, left + width, frame.ground(), frame.y(bars.values()[i]), colour, BAR);
                bar(bars.interval(), i, frame.x(left + width / 2), Palette.INK);
            }
        }
    }

    private void histogram(Histogram histogram, double opacity, int colour) {
        for (int i = 0; i < histogram.counts().length; i++) {
            double left = histogram.edges()[i];
            double right = histogram.edges()[i + 1];
            if (frame.shows(left, histogram.counts()[i]) && frame.across().shows(right)) {
                box(left, right, frame.ground(), frame.y(histogram.counts()[i]), colour, opacity);
            }
        }
    }

    private void cells(HeatMap map) {
        Span span = Span.of(map);
        for (int row = 0; row < map.rows().size(); row++) {
            for (int column = 0; column < map.columns().size(); column++) {
                if (Double.isFinite(map.values()[row][column])) {
                    double top = map.rows().size() - row;
                    box(column, column + 1, frame.y(top), frame.y(top - 1), Palette.cell(span.share(map.values()[row][column])), 1);
                }
            }
        }
    }

    private void box(double left, double right, double from, double to, int colour, double opacity) {
        double x0 = frame.x(left);
        double x1 = frame.x(right);
        surface.area(new double[] {x0, x1, x1, x0}, new double[] {from, from, to, to}, colour, opacity);
    }
}
