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

    /** The same picture as an AWT image, for writers of image files. */
    public BufferedImage toImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
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
        if (top.width != width || top.height != height) {
            throw new IllegalArgumentException("pictures of different sizes");
        }
        int[] mixed = new int[argb.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = mix(argb[i], top.argb[i]);
        }
        return new Pixels(width, height, mixed);
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
