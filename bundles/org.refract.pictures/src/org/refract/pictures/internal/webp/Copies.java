package org.refract.pictures.internal.webp;

import java.util.Arrays;

/** Finds where a run of pixels stood before (LZ77): the longest of the last places where two pixels were the same. */
final class Copies {
    private static final int SHORTEST = 4;
    private static final int LONGEST = 4096;
    /** Largest distance that its code can say. */
    private static final int FARTHEST = (1 << 20) - 120;
    /** Codes below are for near pixels in two dimensions; they are not used. */
    private static final int FIRST_DISTANCE = 120;
    private static final int TRIES = 24;
    private static final int HASH_BITS = 16;

    private Copies() {
    }

    /** For each place where something begins: 0 for a literal, else length and distance of a copy, at twice the place. */
    static int[] of(int[] pixels) {
        int[] copies = new int[2 * pixels.length];
        int[] last = new int[1 << HASH_BITS];
        int[] before = new int[pixels.length];
        Arrays.fill(last, -1);
        int at = 0;
        while (at < pixels.length) {
            int length = 0;
            if (at + SHORTEST <= pixels.length) {
                int candidate = last[hash(pixels, at)];
                for (int tries = 0; candidate >= 0 && at - candidate <= FARTHEST && tries < TRIES; tries++) {
                    int same = same(pixels, candidate, at);
                    if (same > length) {
                        length = same;
                        copies[2 * at + 1] = at - candidate;
                    }
                    candidate = before[candidate];
                }
            }
            int step = length >= SHORTEST ? length : 1;
            copies[2 * at] = length >= SHORTEST ? length : 0;
            for (int end = at + step; at < end; at++) {
                if (at + 1 < pixels.length) {
                    int hash = hash(pixels, at);
                    before[at] = last[hash];
                    last[hash] = at;
                }
            }
        }
        return copies;
    }

    /** Pixels that what begins here stands for. */
    static int length(int[] copies, int at) {
        return Math.max(1, copies[2 * at]);
    }

    static int distanceCode(int[] copies, int at) {
        return copies[2 * at + 1] + FIRST_DISTANCE;
    }

    private static int same(int[] pixels, int from, int at) {
        int most = Math.min(LONGEST, pixels.length - at);
        int length = 0;
        while (length < most && pixels[from + length] == pixels[at + length]) {
            length++;
        }
        return length;
    }

    private static int hash(int[] pixels, int at) {
        return (pixels[at] * 0x9E3779B1 ^ pixels[at + 1] * 0x85EBCA6B) >>> 32 - HASH_BITS;
    }
}
