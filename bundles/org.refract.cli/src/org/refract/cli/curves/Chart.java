package org.refract.cli.curves;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;

/**
 * Curves with axes and a legend, as SVG or as a picture. The two draw the same; a library for both was left out because those on Maven Central are
 * no OSGi bundles and need a second one, under another licence, for SVG.
 *
 * @param title of the chart
 * @param horizontal what the horizontal axis counts
 * @param curves at least one; values that are not finite leave gaps out
 */
record Chart(String title, String horizontal, List<Curve> curves) {

    static final int WIDTH = 720;

    private static final int PLOT = 300;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 36;
    private static final int BOTTOM = 44;
    private static final int LINE = 16;
    private static final int SCALE = 2;
    private static final int INK = 0x222222;
    private static final int GRID = 0xdddddd;

    /** Okabe and Ito 2008: eight colours that colour-blind people tell apart; yellow, faint on white, comes last. */
    private static final int[] COLOURS = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000, 0xf0e442};

    /** As SVG. */
    String svg() {
        SvgSurface surface = new SvgSurface(WIDTH, height());
        draw(surface);
        return surface.text();
    }

    /** As a picture of twice the size. */
    BufferedImage picture() {
        PictureSurface surface = new PictureSurface(WIDTH, height(), SCALE);
        draw(surface);
        return surface.picture();
    }

    private int height() {
        return TOP + PLOT + BOTTOM + LINE * curves.size();
    }

    /** The colour of a curve by its place. */
    static int colour(int place) {
        return COLOURS[place % COLOURS.length];
    }

    private void draw(Surface surface) {
        double[] x = curves.stream().flatMapToDouble(c -> Arrays.stream(c.x())).toArray();
        double[] y = curves.stream().flatMapToDouble(c -> Arrays.stream(c.y())).filter(Double::isFinite).toArray();
        Axis across = Axis.of(Arrays.stream(x).min().orElse(0), Arrays.stream(x).max().orElse(1));
        Axis up = Axis.of(Arrays.stream(y).min().orElse(0), Arrays.stream(y).max().orElse(1));
        double wide = WIDTH - LEFT - RIGHT;
        surface.text(title, LEFT, TOP - 14, -1, INK);
        for (double tick : up.ticks()) {
            double at = TOP + PLOT * (1 - up.share(tick));
            surface.line(new double[] {LEFT, LEFT + wide}, new double[] {at, at}, GRID, 1);
            surface.text(up.tickLabel(tick), LEFT - 6, at + 4, 1, INK);
        }
        for (double tick : across.ticks()) {
            double at = LEFT + wide * across.share(tick);
            surface.line(new double[] {at, at}, new double[] {TOP, TOP + PLOT}, GRID, 1);
            surface.text(across.tickLabel(tick), at, TOP + PLOT + 16, 0, INK);
        }
        surface.text(horizontal, LEFT + wide / 2, TOP + PLOT + 34, 0, INK);
        for (int i = 0; i < curves.size(); i++) {
            Curve curve = curves.get(i);
            int[] finite = java.util.stream.IntStream.range(0, curve.y().length).filter(p -> Double.isFinite(curve.y()[p])).toArray();
            double[] px = Arrays.stream(finite).mapToDouble(p -> LEFT + wide * across.share(curve.x()[p])).toArray();
            double[] py = Arrays.stream(finite).mapToDouble(p -> TOP + PLOT * (1 - up.share(curve.y()[p]))).toArray();
            surface.line(px, py, colour(i), 1.6);
            double row = TOP + PLOT + BOTTOM + LINE * (i + 0.5);
            surface.line(new double[] {LEFT, LEFT + 22}, new double[] {row, row}, colour(i), 3);
            surface.text(curve.name(), LEFT + 30, row + 4, -1, INK);
        }
    }
}
