package org.refract.engine.unpack;

import java.awt.image.BufferedImage;

/**
 * How two pictures differ.
 *
 * @param effect   mean absolute change of a colour channel, in [0, 1]
 * @param locality share of the change that falls where the feature acts
 * @param area     share of the picture where it acts
 */
record ImageChange(double effect, double locality, double area) {

    /**
     * Compares two pictures of one size.
     *
     * @param map     activations; the feature acts where they are positive
     * @param rows    height of the map
     * @param columns width of the map
     */
    static ImageChange between(BufferedImage before, BufferedImage after, float[] map, int rows, int columns) {
        int width = before.getWidth();
        int height = before.getHeight();
        double all = 0;
        double inside = 0;
        long covered = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double change = distance(before.getRGB(x, y), after.getRGB(x, y));
                boolean acts = map[y * rows / height * columns + x * columns / width] > 0;
                all += change;
                inside += acts ? change : 0;
                covered += acts ? 1 : 0;
            }
        }
        double pixels = (double) width * height;
        return new ImageChange(all / pixels, all == 0 ? 0 : inside / all, covered / pixels);
    }

    private static double distance(int a, int b) {
        int sum = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            sum += Math.abs((a >> shift & 255) - (b >> shift & 255));
        }
        return sum / (3 * 255.0);
    }

    /** How well a picture pair shows what a feature does: a large change counts, more so where the feature acts than elsewhere. */
    double clarity() {
        double focus = area == 0 ? 0 : Math.clamp(locality / area, 0, MOST_FOCUS);
        return effect * focus;
    }

    private static final double MOST_FOCUS = 4;
}
