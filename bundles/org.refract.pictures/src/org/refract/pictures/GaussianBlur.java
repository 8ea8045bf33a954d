package org.refract.pictures;

/**
 * A Gaussian of a standard deviation as three box filters after each other, whose width has a fraction (Gwosdek et al., "Theoretical Foundations
 * of Gaussian Convolution by Extended Box Filtering", 2011), in the fixed-point arithmetic of Pillow's {@code ImageFilter.GaussianBlur}, which is
 * what diffusers blurs masks with. The edge goes on outside.
 */
final class GaussianBlur {
    private static final int PASSES = 3;
    private static final int BITS = 24;

    private GaussianBlur() {
    }

    /**
     * Blurs.
     *
     * @param levels {@code (height, width)}, 0 to 255
     * @param radius the standard deviation in pixels, at least 0
     */
    static int[] of(int[] levels, int width, double radius) {
        if (radius == 0) {
            return levels.clone();
        }
        int height = levels.length / width;
        float box = box((float) radius);
        int[] across = lines(levels, width, box);
        return turned(lines(turned(across, width), height, box), height);
    }

    /** How far the box reaches to each side, a whole part and a fraction (equations 7, 11 and 14). */
    private static float box(float radius) {
        float variance = radius * radius / PASSES;
        float length = (float) Math.sqrt(12.0 * variance + 1.0);
        float whole = (float) Math.floor((length - 1.0) / 2.0);
        float fraction = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
        return whole + fraction / (6 * (variance - (whole + 1) * (whole + 1)));
    }

    private static int[] lines(int[] levels, int length, float box) {
        int[] now = levels;
        for (int pass = 0; pass < PASSES; pass++) {
            int[] next = new int[now.length];
            for (int from = 0; from < now.length; from += length) {
                line(now, next, from, length, box);
            }
            now = next;
        }
        return now;
    }

    private static void line(int[] in, int[] out, int from, int length, float box) {
        int reach = (int) box;
        int last = length - 1;
        long share = (long) ((float) (1 << BITS) / (box * 2 + 1));
        long far = ((1L << BITS) - (2L * reach + 1) * share) / 2;
        long sum = 0;
        for (int i = -reach; i <= reach; i++) {
            sum += in[from + Math.clamp(i, 0, last)];
        }
        for (int x = 0; x < length; x++) {
            int before = in[from + Math.clamp(x - reach - 1, 0, last)];
            int after = in[from + Math.clamp((long) x + reach + 1, 0, last)];
            out[from + x] = (int) (sum * share + (before + after) * far + (1 << BITS - 1) >> BITS);
            sum += after - in[from + Math.clamp(x - reach, 0, last)];
        }
    }

    private static int[] turned(int[] levels, int width) {
        int height = levels.length / width;
        int[] turned = new int[levels.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                turned[x * height + y] = levels[y * width + x];
            }
        }
        return turned;
    }
}
