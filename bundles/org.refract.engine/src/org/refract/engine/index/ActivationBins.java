package org.refract.engine.index;

/** The bins of every activation histogram: eighths of a decade from 1e-4 to 1e4; what lies outside is counted in the first or last. */
public final class ActivationBins {
    /** How many bins there are. */
    public static final int COUNT = 64;
    /** Bins for one factor of ten. */
    public static final int PER_DECADE = 8;
    /** log10 of the first edge. */
    public static final int LOWEST_DECADE = -4;

    private ActivationBins() {
    }

    /** Lower edge of a bin; of {@link #COUNT} the upper edge of the last one. */
    public static double edge(int bin) {
        return Math.pow(10, LOWEST_DECADE + (double) bin / PER_DECADE);
    }
}
