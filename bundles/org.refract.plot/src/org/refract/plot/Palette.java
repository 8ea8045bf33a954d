package org.refract.plot;

/** Colours, 0xRRGGBB. */
final class Palette {
    static final int INK = 0x222222;
    static final int GRID = 0xdddddd;

    /** Okabe and Ito 2008: eight colours that colour-blind people tell apart; yellow, faint on white, comes last. */
    private static final int[] SERIES = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000, 0xf0e442};

    /** Viridis (van der Walt and Smith 2015) at nine places, from low to high; its brightness ascends evenly, in print too. */
    private static final int[] VIRIDIS = {0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725};

    private Palette() {
    }

    /** The colour of a series by its place. */
    static int series(int place) {
        return SERIES[place % SERIES.length];
    }

    /** The colour of a cell, of a share from 0 to 1. */
    static int cell(double share) {
        double at = Math.clamp(share, 0, 1) * (VIRIDIS.length - 1);
        int below = Math.min((int) at, VIRIDIS.length - 2);
        return mixed(below, at - below, 16) | mixed(below, at - below, 8) | mixed(below, at - below, 0);
    }

    private static int mixed(int below, double share, int shift) {
        return (int) Math.round((1 - share) * (VIRIDIS[below] >> shift & 0xFF) + share * (VIRIDIS[below + 1] >> shift & 0xFF)) << shift;
    }
}
