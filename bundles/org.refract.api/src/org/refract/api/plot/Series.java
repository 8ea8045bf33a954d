package org.refract.api.plot;

import java.util.List;
import java.util.Optional;

/** What a {@link Plot} shows under one name. A value that is not finite is not known: it is a gap. */
public sealed interface Series {

    /** For the legend; empty where the plot's title says it. */
    String name();

    /** Points that belong together in their order; {@code x} and {@code y} have one length. */
    record Line(String name, double[] x, double[] y, Optional<Interval> interval) implements Series {

        /** Checks the lengths. */
        public Line {
            same("x", x.length, "y", y.length);
            same("y", y.length, interval);
        }

        /** Without an interval. */
        public Line(String name, double[] x, double[] y) {
            this(name, x, y, Optional.empty());
        }
    }

    /** Single points. {@code labels} name them one by one, for whoever points at one; it may be empty. */
    record Points(String name, double[] x, double[] y, Optional<Interval> interval, List<String> labels) implements Series {

        /** Checks the lengths. */
        public Points {
            same("x", x.length, "y", y.length);
            same("y", y.length, interval);
            labels = List.copyOf(labels);
            same("y", y.length, "labels", labels.isEmpty() ? y.length : labels.size());
        }

        /** Without intervals and labels. */
        public Points(String name, double[] x, double[] y) {
            this(name, x, y, Optional.empty(), List.of());
        }
    }

    /** A value per category, from 0 on. */
    record Bars(String name, List<String> categories, double[] values, Optional<Interval> interval) implements Series {

        /** Checks the lengths. */
        public Bars {
            categories = List.copyOf(categories);
            same("categories", categories.size(), "values", values.length);
            same("values", values.length, interval);
        }

        /** Without intervals. */
        public Bars(String name, List<String> categories, double[] values) {
            this(name, categories, values, Optional.empty());
        }
    }

    /** How many values lie in each of adjoining bins: {@code counts[i]} from {@code edges[i]} to {@code edges[i + 1]}, which ascend. */
    record Histogram(String name, double[] edges, double[] counts) implements Series {

        /** Checks the lengths. */
        public Histogram {
            same("edges", edges.length, "counts and one more", counts.length + 1);
        }
    }

    /** A value per cell, {@code values[row][column]}; the first row is on top. */
    record HeatMap(String name, List<String> rows, List<String> columns, double[][] values) implements Series {

        /** Checks the lengths. */
        public HeatMap {
            rows = List.copyOf(rows);
            columns = List.copyOf(columns);
            same("rows", rows.size(), "rows of values", values.length);
            for (double[] row : values) {
                same("columns", columns.size(), "values of a row", row.length);
            }
        }
    }

    private static void same(String what, int length, Optional<Interval> interval) {
        interval.ifPresent(around -> same(what, length, "interval", around.low().length));
    }

    private static void same(String what, int length, String other, int otherLength) {
        if (length != otherLength) {
            throw new IllegalArgumentException("%d %s, %d %s".formatted(length, what, otherLength, other));
        }
    }
}
