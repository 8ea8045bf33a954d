package org.refract.analysis.blocks;

import java.awt.image.BufferedImage;
import java.util.List;

/**
 * How much a picture changed, in four ways.
 *
 * @param pixels mean absolute change of a colour channel, in [0, 1]
 * @param layout mean absolute change of the blurred lightness L*, in [0, 100]: what lies where
 * @param detail mean absolute change of the rest of the lightness: edges and texture
 * @param colour distance between the mean (a*, b*) of the pictures: the tint as a whole
 */
record PictureChange(double pixels, double layout, double detail, double colour) {

    /** The change from one picture to another of its size. */
    static PictureChange between(BufferedImage before, BufferedImage after) {
        LabPicture one = LabPicture.of(before);
        LabPicture two = LabPicture.of(after);
        double pixels = 0;
        for (int y = 0; y < one.height(); y++) {
            for (int x = 0; x < one.width(); x++) {
                int p = before.getRGB(x, y);
                int q = after.getRGB(x, y);
                for (int shift = 0; shift <= 16; shift += 8) {
                    pixels += Math.abs((p >> shift & 255) - (q >> shift & 255)) / 255.0;
                }
            }
        }
        double colour = Math.hypot(mean(one.a()) - mean(two.a()), mean(one.b()) - mean(two.b()));
        return new PictureChange(pixels / (3.0 * one.width() * one.height()), distance(one.coarse(), two.coarse()), distance(one.fine(), two.fine()),
                colour);
    }

    /** The mean of several changes. */
    static PictureChange mean(List<PictureChange> changes) {
        return new PictureChange(changes.stream().mapToDouble(PictureChange::pixels).average().orElse(0),
                changes.stream().mapToDouble(PictureChange::layout).average().orElse(0),
                changes.stream().mapToDouble(PictureChange::detail).average().orElse(0),
                changes.stream().mapToDouble(PictureChange::colour).average().orElse(0));
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] - b[i]);
        }
        return sum / a.length;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
