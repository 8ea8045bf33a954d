package org.refract.cli.curves;

/** What a chart is drawn on. Lengths are pixels, the origin is the upper left corner, colours are 0xRRGGBB. */
interface Surface {

    /** A line through points. */
    void line(double[] x, double[] y, int colour, double width);

    /**
     * A line of text.
     *
     * @param anchor -1 if it begins at x, 0 if x is its middle, 1 if it ends there
     * @param y its base line
     */
    void text(String text, double x, double y, int anchor, int colour);
}
