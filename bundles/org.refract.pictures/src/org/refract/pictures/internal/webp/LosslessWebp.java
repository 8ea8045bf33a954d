package org.refract.pictures.internal.webp;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * The bitstream of an opaque picture in lossless WebP (RFC 9649, section 3): green is subtracted from red and blue, a predictor chosen in
 * tiles of 16 pixels, what is left written as literals and copies in one group of prefix codes. No colour cache, no palette: pictures that a
 * model draws have too many colours for them.
 */
public final class LosslessWebp {
    private static final int SIGNATURE = 0x2F;
    private static final int PREDICTOR = 0;
    private static final int SUBTRACT_GREEN = 2;
    private static final int GREEN = 0;
    private static final int DISTANCE = 4;
    /** Literals and the prefixes of lengths, red, blue, alpha, the prefixes of distances. */
    private static final int[] ALPHABETS = {256 + 24, 256, 256, 256, 40};
    private static final int OPAQUE = 0xFF000000;

    private LosslessWebp() {
    }

    /** The content of a {@code VP8L} chunk. */
    public static byte[] encode(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
        Arrays.setAll(pixels, i -> greenSubtracted(pixels[i]));
        BitWriter out = new BitWriter();
        out.put(SIGNATURE, 8);
        out.put(width - 1, 14);
        out.put(height - 1, 14);
        out.put(0, 1);
        out.put(0, 3);
        out.put(1, 1);
        out.put(SUBTRACT_GREEN, 2);
        out.put(1, 1);
        out.put(PREDICTOR, 2);
        out.put(Predictor.BITS - 2, 3);
        Predictor predictor = new Predictor(pixels, width, height);
        int[] modes = predictor.modes();
        image(out, Arrays.stream(modes).map(m -> OPAQUE | m << 8).toArray(), false);
        out.put(0, 1);
        image(out, predictor.residuals(modes), true);
        return out.bytes();
    }

    private static int greenSubtracted(int pixel) {
        int green = pixel >> 8 & 0xFF;
        return OPAQUE | ((pixel >> 16) - green & 0xFF) << 16 | green << 8 | pixel - green & 0xFF;
    }

    /** An entropy-coded image; the main one also says that it has one group of codes. */
    private static void image(BitWriter out, int[] pixels, boolean main) {
        out.put(0, 1);
        if (main) {
            out.put(0, 1);
        }
        int[] copies = Copies.of(pixels);
        int[][] counts = new int[ALPHABETS.length][];
        Arrays.setAll(counts, i -> new int[ALPHABETS[i]]);
        for (int at = 0; at < pixels.length; at += Copies.length(copies, at)) {
            int length = Copies.length(copies, at);
            if (length == 1) {
                for (int i = 0; i < 4; i++) {
                    counts[i][channel(pixels[at], i)]++;
                }
            } else {
                counts[GREEN][256 + Prefix.of(length).symbol()]++;
                counts[DISTANCE][Prefix.of(Copies.distanceCode(copies, at)).symbol()]++;
            }
        }
        PrefixCode[] codes = new PrefixCode[ALPHABETS.length];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = PrefixCode.of(counts[i]);
            codes[i].describe(out);
        }
        for (int at = 0; at < pixels.length; at += Copies.length(copies, at)) {
            int length = Copies.length(copies, at);
            if (length == 1) {
                for (int i = 0; i < 4; i++) {
                    codes[i].put(out, channel(pixels[at], i));
                }
            } else {
                Prefix.of(length).put(out, codes[GREEN], 256);
                Prefix.of(Copies.distanceCode(copies, at)).put(out, codes[DISTANCE], 0);
            }
        }
    }

    /** In the order of the stream: green, red, blue, alpha. */
    private static int channel(int pixel, int i) {
        return switch (i) {
            case 0 -> pixel >> 8 & 0xFF;
            case 1 -> pixel >> 16 & 0xFF;
            case 2 -> pixel & 0xFF;
            default -> pixel >>> 24;
        };
    }

    /** A number from 1 on as a prefix and further bits (section 5.2.2). */
    private record Prefix(int symbol, int extra, int bits) {
        static Prefix of(int value) {
            int v = value - 1;
            if (v < 4) {
                return new Prefix(v, 0, 0);
            }
            int high = 31 - Integer.numberOfLeadingZeros(v);
            int bits = high - 1;
            return new Prefix(2 * high + (v >> bits & 1), v & (1 << bits) - 1, bits);
        }

        void put(BitWriter out, PrefixCode code, int offset) {
            code.put(out, offset + symbol);
            out.put(extra, bits);
        }
    }
}
