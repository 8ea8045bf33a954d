package org.refract.pictures.internal.webp;

/** The predictor transform (RFC 9649, section 4.1): each pixel less what its neighbours let expect, by the best of 14 rules in each tile. */
final class Predictor {
    /** Sides of tiles are 1 &lt;&lt; BITS. */
    static final int BITS = 4;
    private static final int MODES = 14;
    private static final int OPAQUE = 0xFF000000;

    private final int[] pixels;
    private final int width;
    private final int height;
    private final int tilesAcross;
    private final int tilesDown;

    Predictor(int[] pixels, int width, int height) {
        this.pixels = pixels;
        this.width = width;
        this.height = height;
        this.tilesAcross = width + (1 << BITS) - 1 >> BITS;
        this.tilesDown = height + (1 << BITS) - 1 >> BITS;
    }

    int tilesAcross() {
        return tilesAcross;
    }

    int tilesDown() {
        return tilesDown;
    }

    /** The rule of each tile. */
    int[] modes() {
        int[] modes = new int[tilesAcross * tilesDown];
        for (int tile = 0; tile < modes.length; tile++) {
            long best = Long.MAX_VALUE;
            for (int mode = 1; mode < MODES && best > 0; mode++) {
                long cost = cost(tile % tilesAcross, tile / tilesAcross, mode, best);
                if (cost < best) {
                    best = cost;
                    modes[tile] = mode;
                }
            }
        }
        return modes;
    }

    /** Sum of the absolute residuals, which goes with their entropy; stops where it is no better. */
    private long cost(int column, int row, int mode, long enough) {
        long sum = 0;
        int bottom = Math.min(height, row + 1 << BITS);
        int right = Math.min(width, column + 1 << BITS);
        for (int y = row << BITS; y < bottom && sum < enough; y++) {
            for (int x = column << BITS; x < right; x++) {
                int residual = minus(pixels[y * width + x], predicted(x, y, mode));
                sum += Math.abs((byte) (residual >> 16)) + Math.abs((byte) (residual >> 8)) + Math.abs((byte) residual);
            }
        }
        return sum;
    }

    /** What is left of every pixel. */
    int[] residuals(int[] modes) {
        int[] left = new int[pixels.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                left[y * width + x] = minus(pixels[y * width + x], predicted(x, y, modes[(y >> BITS) * tilesAcross + (x >> BITS)]));
            }
        }
        return left;
    }

    private int predicted(int x, int y, int mode) {
        int at = y * width + x;
        if (y == 0) {
            return x == 0 ? OPAQUE : pixels[at - 1];
        }
        int top = pixels[at - width];
        if (x == 0) {
            return top;
        }
        int left = pixels[at - 1];
        int topLeft = pixels[at - width - 1];
        int topRight = pixels[at - width + 1];
        return switch (mode) {
            case 0 -> OPAQUE;
            case 1 -> left;
            case 2 -> top;
            case 3 -> topRight;
            case 4 -> topLeft;
            case 5 -> mean(mean(left, topRight), top);
            case 6 -> mean(left, topLeft);
            case 7 -> mean(left, top);
            case 8 -> mean(topLeft, top);
            case 9 -> mean(top, topRight);
            case 10 -> mean(mean(left, topLeft), mean(top, topRight));
            case 11 -> nearer(left, top, topLeft);
            case 12 -> gradient(left, top, topLeft);
            default -> half(mean(left, top), topLeft);
        };
    }

    /** Each channel's difference modulo 256. */
    static int minus(int a, int b) {
        int alphaGreen = 0x00FF00FF + (a & 0xFF00FF00) - (b & 0xFF00FF00);
        int redBlue = 0xFF00FF00 + (a & 0x00FF00FF) - (b & 0x00FF00FF);
        return alphaGreen & 0xFF00FF00 | redBlue & 0x00FF00FF;
    }

    private static int mean(int a, int b) {
        return (a & b) + (((a ^ b) & 0xFEFEFEFE) >>> 1);
    }

    /** The one of two neighbours that lies nearer to left + top - topLeft, over all channels. */
    private static int nearer(int left, int top, int topLeft) {
        int toLeft = 0;
        int toTop = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            int corner = topLeft >> shift & 0xFF;
            toLeft += Math.abs((top >> shift & 0xFF) - corner);
            toTop += Math.abs((left >> shift & 0xFF) - corner);
        }
        return toLeft < toTop ? left : top;
    }

    private static int gradient(int left, int top, int topLeft) {
        int result = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            result |= Math.clamp((left >> shift & 0xFF) + (top >> shift & 0xFF) - (topLeft >> shift & 0xFF), 0, 255) << shift;
        }
        return result;
    }

    private static int half(int mean, int topLeft) {
        int result = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            int m = mean >> shift & 0xFF;
            result |= Math.clamp(m + (m - (topLeft >> shift & 0xFF)) / 2, 0, 255) << shift;
        }
        return result;
    }
}
