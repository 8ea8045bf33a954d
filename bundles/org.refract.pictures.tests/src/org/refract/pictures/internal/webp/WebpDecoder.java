package org.refract.pictures.internal.webp;

import java.util.Arrays;

/** Reads what {@link LosslessWebp} may write (RFC 9649, section 3): no palette, no colour transform, no colour cache, one group of codes. */
final class WebpDecoder {
    private static final int[] ORDER = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    private static final int[] ALPHABETS = {280, 256, 256, 256, 40};

    private final byte[] bytes;
    private int at;
    private final int[] result;

    WebpDecoder(byte[] bytes) {
        this.bytes = bytes;
        expect(0x2F, bits(8));
        int width = bits(14) + 1;
        int height = bits(14) + 1;
        bits(1);
        expect(0, bits(3));
        expect(1, bits(1));
        expect(2, bits(2));
        expect(1, bits(1));
        expect(0, bits(2));
        int tile = bits(3) + 2;
        int across = width + (1 << tile) - 1 >> tile;
        int[] modes = image(across * (height + (1 << tile) - 1 >> tile), false);
        expect(0, bits(1));
        int[] pixels = image(width * height, true);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                pixels[y * width + x] = sum(pixels[y * width + x], predicted(pixels, width, x, y, modes[(y >> tile) * across + (x >> tile)] >> 8 & 0xFF));
            }
        }
        result = Arrays.stream(pixels).map(p -> sum(p, (p >> 8 & 0xFF) * 0x010001)).toArray();
    }

    int[] pixels() {
        return result;
    }

    private static void expect(int wanted, int found) {
        if (wanted != found) {
            throw new IllegalStateException("wanted " + wanted + ", found " + found);
        }
    }

    private int bits(int count) {
        int value = 0;
        for (int i = 0; i < count; i++, at++) {
            value |= (bytes[at >> 3] >> (at & 7) & 1) << i;
        }
        return value;
    }

    private int[] image(int size, boolean main) {
        expect(0, bits(1));
        if (main) {
            expect(0, bits(1));
        }
        int[][] codes = new int[5][];
        for (int i = 0; i < 5; i++) {
            codes[i] = lengths(ALPHABETS[i]);
        }
        int[] pixels = new int[size];
        int next = 0;
        while (next < size) {
            int green = symbol(codes[0]);
            if (green < 256) {
                int red = symbol(codes[1]);
                int blue = symbol(codes[2]);
                pixels[next++] = symbol(codes[3]) << 24 | red << 16 | green << 8 | blue;
            } else {
                int length = number(green - 256);
                int distance = number(symbol(codes[4])) - 120;
                for (int i = 0; i < length; i++, next++) {
                    pixels[next] = pixels[next - distance];
                }
            }
        }
        return pixels;
    }

    private int number(int prefix) {
        return prefix < 4 ? prefix + 1 : (2 + (prefix & 1) << (prefix - 2 >> 1)) + bits(prefix - 2 >> 1) + 1;
    }

    private int[] lengths(int alphabet) {
        int[] lengths = new int[alphabet];
        if (bits(1) == 1) {
            int many = bits(1) + 1;
            int first = bits(bits(1) == 1 ? 8 : 1);
            lengths[first] = many == 1 ? -1 : 1;
            if (many == 2) {
                lengths[bits(8)] = 1;
            }
            return lengths;
        }
        int[] code = new int[19];
        int many = bits(4) + 4;
        for (int i = 0; i < many; i++) {
            code[ORDER[i]] = bits(3);
        }
        if (Arrays.stream(code).filter(l -> l > 0).count() == 1) {
            code = Arrays.stream(code).map(l -> l > 0 ? -1 : 0).toArray();
        }
        expect(0, bits(1));
        int before = 8;
        for (int i = 0; i < alphabet; ) {
            int symbol = symbol(code);
            int value = symbol < 16 ? symbol : symbol == 16 ? before : 0;
            int repeat = symbol < 16 ? 1 : symbol == 16 ? 3 + bits(2) : symbol == 17 ? 3 + bits(3) : 11 + bits(7);
            before = symbol < 16 && symbol > 0 ? symbol : before;
            Arrays.fill(lengths, i, i + repeat, value);
            i += repeat;
        }
        return lengths;
    }

    /** A length of -1 marks the only symbol, which takes no bits. */
    private int symbol(int[] lengths) {
        for (int s = 0; s < lengths.length; s++) {
            if (lengths[s] == -1) {
                return s;
            }
        }
        int code = 0;
        int first = 0;
        for (int length = 1; length <= 15; length++) {
            code = code << 1 | bits(1);
            for (int s = 0; s < lengths.length; s++) {
                if (lengths[s] == length && first++ == code) {
                    return s;
                }
            }
            first <<= 1;
        }
        throw new IllegalStateException("no code");
    }

    private static int sum(int a, int b) {
        int result = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            result |= ((a >>> shift) + (b >>> shift) & 0xFF) << shift;
        }
        return result;
    }

    private static int predicted(int[] pixels, int width, int x, int y, int mode) {
        int at = y * width + x;
        if (x == 0 || y == 0) {
            return x == 0 && y == 0 ? 0xFF000000 : y == 0 ? pixels[at - 1] : pixels[at - width];
        }
        int result = 0;
        int l = pixels[at - 1];
        int t = pixels[at - width];
        int tl = pixels[at - width - 1];
        int tr = pixels[at - width + 1];
        if (mode == 11) {
            return select(l, t, tl);
        }
        for (int shift = 0; shift < 32; shift += 8) {
            result |= channel(mode, l >>> shift & 0xFF, t >>> shift & 0xFF, tl >>> shift & 0xFF, tr >>> shift & 0xFF) << shift;
        }
        return result;
    }

    private static int channel(int mode, int l, int t, int tl, int tr) {
        return switch (mode) {
            case 1 -> l;
            case 2 -> t;
            case 3 -> tr;
            case 4 -> tl;
            case 5 -> ((l + tr) / 2 + t) / 2;
            case 6 -> (l + tl) / 2;
            case 7 -> (l + t) / 2;
            case 8 -> (tl + t) / 2;
            case 9 -> (t + tr) / 2;
            case 10 -> ((l + tl) / 2 + (t + tr) / 2) / 2;
            case 12 -> Math.clamp(l + t - tl, 0, 255);
            default -> Math.clamp((l + t) / 2 + ((l + t) / 2 - tl) / 2, 0, 255);
        };
    }

    private static int select(int l, int t, int tl) {
        int left = 0;
        int top = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            int expected = (l >>> shift & 0xFF) + (t >>> shift & 0xFF) - (tl >>> shift & 0xFF);
            left += Math.abs(expected - (l >>> shift & 0xFF));
            top += Math.abs(expected - (t >>> shift & 0xFF));
        }
        return left < top ? l : t;
    }
}
