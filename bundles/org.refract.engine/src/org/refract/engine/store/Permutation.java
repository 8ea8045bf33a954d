package org.refract.engine.store;

import java.util.Arrays;

/**
 * Random orders that depend on their seeds alone, the same in every version of Java: Fisher and Yates' shuffle driven by SplitMix64 (Steele,
 * Lea and Flood 2014) with Lemire's bounded integers.
 */
public final class Permutation {

    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private long state;

    private Permutation(long... seeds) {
        for (long seed : seeds) {
            state = mix(state + GAMMA) ^ seed;
        }
    }

    /** The numbers below {@code n} in an order that the seeds choose. */
    public static int[] of(int n, long... seeds) {
        Permutation random = new Permutation(seeds);
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        for (int i = n - 1; i > 0; i--) {
            int other = random.below(i + 1);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        return order;
    }

    private int below(int bound) {
        return (int) Math.unsignedMultiplyHigh(next(), bound);
    }

    private long next() {
        state += GAMMA;
        return mix(state);
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
        return b ^ (b >>> 31);
    }
}
