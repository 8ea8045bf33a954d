package org.refract.engine.index;

/**
 * Counts in bins.
 *
 * @param edges  {@code counts.length + 1} ascending edges; bin i is {@code [edges[i], edges[i + 1])}
 * @param counts how many fell in each
 */
public record Histogram(double[] edges, long[] counts) {
    public Histogram {
        if (edges.length != counts.length + 1) {
            throw new IllegalArgumentException(counts.length + " bins have " + (counts.length + 1) + " edges, not " + edges.length);
        }
    }
}
