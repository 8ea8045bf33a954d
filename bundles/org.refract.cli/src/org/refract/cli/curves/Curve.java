package org.refract.cli.curves;

/**
 * A line of a chart.
 *
 * @param name of it
 * @param x ascending
 * @param y as many
 */
public record Curve(String name, double[] x, double[] y) {
}
