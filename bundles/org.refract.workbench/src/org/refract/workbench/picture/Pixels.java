package org.refract.workbench.picture;

import java.awt.image.BufferedImage;

/**
 * A picture.
 *
 * @param width  pixels
 * @param height pixels
 * @param argb   {@code width · height} values {@code 0xAARRGGBB}, row-major, not premultiplied
 */
public record Pixels(int width, int height, int[] argb) {
    private static final int OPAQUE = 0xFF000000;

    public Pixels {
        if (argb.length != width * height) {
            throw new IllegalArgumentException("a picture of " + width + "x" + height + " has " + width * height + " pixels, not " + argb.length);
        }
        argb = argb.clone();
    }

    /**
     * One picture of an image batch.
     *
     * @param values {@code (3, height, width)} in [0, 1], RGB; values outside are cut off, a value that is no number is black
     */
    public static Pixels of(float[] values, int height, int width) {
        int[] argb = new int[width * height];
        for (int i = 0; i < argb.length; i++) {
            argb[i] = OPAQUE | channel(values[i]) << 16 | channel(values[argb.length + i]) << 8 | channel(values[2 * argb.length + i]);
        }
        return new Pixels(width, height, argb);
    }

    /** The pixels of an AWT image of any kind. */
    public static Pixels of(BufferedImage image) {
        int w = image.getWidth();
        int h = image.getHeight();
        return new Pixels(w, h, image.getRGB(0, 0, w, h, null, 0, w));
    }

    /** The same picture as an AWT image without transparency, for writers of image files. */
    public BufferedImage toOpaqueImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, width, height, argb, 0, width);
        return image;
    }

    /** The pixel in a column and a row. */
    public int at(int x, int y) {
        return argb[y * width + x];
    }

    /** In another size, each pixel the nearest of this picture. */
    public Pixels scaledTo(int newWidth, int newHeight) {
        int[] scaled = new int[newWidth * newHeight];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = at(i % newWidth * width / newWidth, i / newWidth * height / newHeight);
        }
        return new Pixels(newWidth, newHeight, scaled);
    }

    /** This picture with another of the same size laid over it. */
    public Pixels under(Pixels top) {
        requireSize(top);
        int[] mixed = new int[argb.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = mix(argb[i], top.argb[i]);
        }
        return new Pixels(width, height, mixed);
    }

    /** How far its colours are from one colour: the mean over the channels of their standard deviation, from 0 to 255. */
    public double contrast() {
        double contrast = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            double sum = 0;
            double squares = 0;
            for (int pixel : argb) {
                double level = pixel >> shift & 255;
                sum += level;
                squares += level * level;
            }
            double mean = sum / argb.length;
            contrast += Math.sqrt(Math.max(0, squares / argb.length - mean * mean)) / 3;
        }
        return argb.length == 0 ? 0 : contrast;
    }

    /** How much another picture of the same size differs: the mean absolute difference of a channel, from 0 to 1. */
    public double change(Pixels other) {
        requireSize(other);
        long sum = 0;
        for (int i = 0; i < argb.length; i++) {
            for (int shift = 0; shift <= 16; shift += 8) {
                sum += Math.abs((argb[i] >> shift & 255) - (other.argb[i] >> shift & 255));
            }
        }
        return argb.length == 0 ? 0 : sum / (255.0 * 3 * argb.length);
    }

    /** Where another picture of the same size differs: the absolute difference of each channel, the largest as light as can be. */
    public Pixels difference(Pixels other) {
        requireSize(other);
        int most = 1;
        int[] differences = new int[argb.length];
        for (int i = 0; i < argb.length; i++) {
            for (int shift = 0; shift <= 16; shift += 8) {
                int level = Math.abs((argb[i] >> shift & 255) - (other.argb[i] >> shift & 255));
                most = Math.max(most, level);
                differences[i] |= level << shift;
            }
        }
        for (int i = 0; i < differences.length; i++) {
            int d = differences[i];
            differences[i] = OPAQUE | (d >> 16 & 255) * 255 / most << 16 | (d >> 8 & 255) * 255 / most << 8 | (d & 255) * 255 / most;
        }
        return new Pixels(width, height, differences);
    }

    private void requireSize(Pixels other) {
        if (other.width != width || other.height != height) {
            throw new IllegalArgumentException("pictures of different sizes");
        }
    }

    private static int mix(int below, int above) {
        int alpha = above >>> 24;
        int result = OPAQUE;
        for (int shift = 0; shift <= 16; shift += 8) {
            int a = above >> shift & 255;
            int b = below >> shift & 255;
            result |= (a * alpha + b * (255 - alpha) + 127) / 255 << shift;
        }
        return result;
    }

    private static int channel(float value) {
        return Math.round(Math.clamp(Float.isNaN(value) ? 0 : value, 0f, 1f) * 255);
    }
}
