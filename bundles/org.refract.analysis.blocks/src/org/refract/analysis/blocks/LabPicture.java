package org.refract.analysis.blocks;

import java.awt.image.BufferedImage;

/**
 * A picture in CIE L*a*b* under D65, its lightness split into what is left of it after a Gaussian blur and the rest.
 *
 * @param width  pixels
 * @param height pixels
 * @param coarse blurred lightness, σ a sixteenth of the longer side
 * @param fine   lightness minus blurred lightness
 * @param a      green to red
 * @param b      blue to yellow
 */
record LabPicture(int width, int height, float[] coarse, float[] fine, float[] a, float[] b) {
    private static final double SIGMA_SHARE = 1.0 / 16;
    /** White point D65. */
    private static final double[] WHITE = {0.95047, 1, 1.08883};

    static LabPicture of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        float[] lightness = new float[width * height];
        float[] a = new float[lightness.length];
        float[] b = new float[lightness.length];
        for (int i = 0; i < lightness.length; i++) {
            double[] lab = lab(image.getRGB(i % width, i / width));
            lightness[i] = (float) lab[0];
            a[i] = (float) lab[1];
            b[i] = (float) lab[2];
        }
        float[] coarse = blurred(lightness, width, height, SIGMA_SHARE * Math.max(width, height));
        float[] fine = new float[lightness.length];
        for (int i = 0; i < fine.length; i++) {
            fine[i] = lightness[i] - coarse[i];
        }
        return new LabPicture(width, height, coarse, fine, a, b);
    }

    /** L*, a*, b* of an sRGB colour (IEC 61966-2-1, CIE 15). */
    static double[] lab(int rgb) {
        double red = linear(rgb >> 16 & 255);
        double green = linear(rgb >> 8 & 255);
        double blue = linear(rgb & 255);
        double x = cubic((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / WHITE[0]);
        double y = cubic((0.2126729 * red + 0.7151522 * green + 0.0721750 * blue) / WHITE[1]);
        double z = cubic((0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / WHITE[2]);
        return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
    }

    private static double linear(int level) {
        double value = level / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }

    private static double cubic(double t) {
        double edge = 6.0 / 29;
        return t > edge * edge * edge ? Math.cbrt(t) : t / (3 * edge * edge) + 4.0 / 29;
    }

    private static float[] blurred(float[] values, int width, int height, double sigma) {
        int radius = (int) Math.ceil(3 * sigma);
        double[] kernel = new double[2 * radius + 1];
        double sum = 0;
        for (int i = -radius; i <= radius; i++) {
            kernel[i + radius] = Math.exp(-i * i / (2 * sigma * sigma));
            sum += kernel[i + radius];
        }
        float[] across = new float[values.length];
        float[] result = new float[values.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double value = 0;
                for (int i = -radius; i <= radius; i++) {
                    value += kernel[i + radius] * values[y * width + Math.clamp(x + i, 0, width - 1)];
                }
                across[y * width + x] = (float) (value / sum);
            }
        }
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double value = 0;
                for (int i = -radius; i <= radius; i++) {
                    value += kernel[i + radius] * across[Math.clamp(y + i, 0, height - 1) * width + x];
                }
                result[y * width + x] = (float) (value / sum);
            }
        }
        return result;
    }
}
