package org.refract.workbench.explore;

/**
 * What a person paints with.
 *
 * @param radius as a share of the picture's width
 * @param erases whether it takes paint away
 */
public record Brush(double radius, boolean erases) {

    /** An eighth of the picture across, as SAEPaint's 64 of 512 pixels. */
    public static final Brush FIRST = new Brush(1 / 16.0, false);
}
