package org.refract.plot;

/**
 * The rectangle that series are drawn in.
 *
 * @param left   of the surface's pixels
 * @param top    of the surface's pixels
 * @param width  in pixels
 * @param height in pixels
 * @param across what its width stands for
 * @param up     what its height stands for
 */
record Frame(double left, double top, double width, double height, Ticks across, Ticks up) {

    double x(double value) {
        return left + width * across.share(value);
    }

    double y(double value) {
        return top + height * (1 - up.share(value));
    }

    /** Where bars stand: on 0, or on the lower edge. */
    double ground() {
        return up.shows(0) ? Math.clamp(y(0), top, top + height) : top + height;
    }

    boolean shows(double x, double y) {
        return across.shows(x) && up.shows(y);
    }
}
