package org.refract.api.plot;

/**
 * How far values of a series may lie: error bars, or a band around a line.
 *
 * @param low     lower ends, one per value
 * @param high    upper ends, as many
 * @param meaning what it is ({@code "95 % of 1,000 bootstrap samples"}), for the legend
 */
public record Interval(double[] low, double[] high, String meaning) {

    /** Checks the lengths. */
    public Interval {
        if (low.length != high.length) {
            throw new IllegalArgumentException("%d lower ends and %d upper ends".formatted(low.length, high.length));
        }
    }
}
