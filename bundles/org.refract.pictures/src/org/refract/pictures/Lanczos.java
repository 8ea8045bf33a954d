package org.refract.pictures;

import java.awt.image.BufferedImage;
import java.util.function.IntToDoubleFunction;

/**
 * Changes a picture's size with the windowed sinc {@code sinc(x) · sinc(x / 3)}, widened by the scale where it shrinks, in the fixed-point
 * arithmetic of Pillow's {@code Image.resize(size, LANCZOS)}, so that a photo begins here with the same bytes as in diffusers.
 */
final class Lanczos {
    private static final double LOBES = 3;
    /** Of a weight: a pixel's 8 bits, the sign and one for what lies beyond white are left of 32. */
    private static final int BITS = 22;

    private Lanczos() {
    }

    /** The picture in another size; itself where it has that size. */
    static BufferedImage scaled(BufferedImage image, int width, int height) {
        if (width == image.getWidth() && height == image.getHeight()) {
            return image;
        }
        int[][] planes = across(image, width);
        Weights[] weights = Weights.all(image.getHeight(), height);
        BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                row[x] = weights[y].of(planes[0], x, width) << 16 | weights[y].of(planes[1], x, width) << 8 | weights[y].of(planes[2], x, width);
            }
            result.setRGB(0, y, width, 1, row, 0, width);
        }
        return result;
    }

    /** Red, green and blue {@code (image height, width)}; row by row, because a photo can be very large. */
    private static int[][] across(BufferedImage image, int width) {
        Weights[] weights = Weights.all(image.getWidth(), width);
        int[][] planes = new int[3][width * image.getHeight()];
        int[] pixels = new int[image.getWidth()];
        int[] plane = new int[image.getWidth()];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, pixels.length, 1, pixels, 0, pixels.length);
            for (int channel = 0; channel < planes.length; channel++) {
                for (int x = 0; x < plane.length; x++) {
                    plane[x] = pixels[x] >> 16 - 8 * channel & 0xFF;
                }
                for (int x = 0; x < width; x++) {
                    planes[channel][y * width + x] = weights[x].of(plane, 0, 1);
                }
            }
        }
        return planes;
    }

    /** What the pixels from one on count in a new pixel. */
    private record Weights(int first, int[] shares) {

        static Weights[] all(int from, int to) {
            double scale = (double) from / to;
            double wide = Math.max(1, scale);
            Weights[] weights = new Weights[to];
            for (int i = 0; i < to; i++) {
                double centre = (i + 0.5) * scale;
                int first = Math.max(0, (int) (centre - LOBES * wide + 0.5));
                int end = Math.min(from, (int) (centre + LOBES * wide + 0.5));
                weights[i] = of(first, end - first, x -> kernel((x - centre + 0.5) / wide));
            }
            return weights;
        }

        private static Weights of(int first, int count, IntToDoubleFunction kernel) {
            double[] plain = new double[count];
            double sum = 0;
            for (int i = 0; i < count; i++) {
                plain[i] = kernel.applyAsDouble(first + i);
                sum += plain[i];
            }
            int[] shares = new int[count];
            for (int i = 0; i < count; i++) {
                double share = plain[i] / sum * (1 << BITS);
                shares[i] = (int) (share < 0 ? share - 0.5 : share + 0.5);
            }
            return new Weights(first, shares);
        }

        private static double kernel(double x) {
            return x >= -LOBES && x < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
        }

        private static double sinc(double x) {
            return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
        }

        int of(int[] values, int begin, int step) {
            int sum = 1 << BITS - 1;
            for (int i = 0, at = begin + first * step; i < shares.length; i++, at += step) {
                sum += values[at] * shares[i];
            }
            return Math.clamp(sum >> BITS, 0, 255);
        }
    }
}
