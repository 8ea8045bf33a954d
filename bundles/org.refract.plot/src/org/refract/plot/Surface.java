package org.refract.plot;

/** What a plot is drawn on. Lengths are pixels, the origin is the upper left corner, colours are 0xRRGGBB, an opacity is 0 to 1. */
interface Surface {

    /** A line through points. */
    void line(double[] x, double[] y, int colour, double width);

    /** What lies within a line through points. */
    void area(double[] x, double[] y, int colour, double opacity);

    /**
     * A round point.
     *
     * @param label what it is, shown where a person points at it; empty for nothing
     */
    void dot(double x, double y, double radius, int colour, double opacity, String label);

    /**
     * A line of text.
     *
     * @param anchor  -1 if it begins at x, 0 if x is its middle, 1 if it ends there
     * @param y       its base line
     * @param degrees by which it is turned to the left around that point
     */
    void text(String text, double x, double y, int anchor, int degrees, int colour);
}
