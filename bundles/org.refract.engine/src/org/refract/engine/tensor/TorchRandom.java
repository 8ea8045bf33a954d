package org.refract.engine.tensor;

import java.util.Arrays;

/**
 * PyTorch's CPU generator: the same seed gives the numbers of {@code torch.Generator().manual_seed(seed)}, so noise drawn here is the noise
 * that a Python tool draws. Nothing global is touched.
 *
 * <p>The engine is mt19937 seeded with the low 32 bits. {@link #randn} follows ATen's {@code normal_}: from 16 numbers on, 24-bit uniform
 * floats go through Box and Muller's transform in blocks of 16 (cosines in the first half, sines in the second), and a last incomplete block
 * is drawn anew over the last 16 places; fewer numbers come one by one in double precision with the sine kept for the next call. The
 * transform here rounds each step as ATen's AVX2 code does.
 */
public final class TorchRandom {

    private static final int N = 624;
    private static final int M = 397;
    private static final int BLOCK = 16;

    private final int[] state = new int[N];
    private int left;
    private boolean hasNext;
    private double next;

    /** A generator as {@code manual_seed(seed)} leaves it. */
    public TorchRandom(long seed) {
        state[0] = (int) seed;
        for (int j = 1; j < N; j++) {
            int before = state[j - 1];
            state[j] = 1812433253 * (before ^ (before >>> 30)) + j;
        }
        left = N;
    }

    private TorchRandom(State saved) {
        System.arraycopy(saved.words, 0, state, 0, N);
        left = saved.position;
        hasNext = saved.hasNext;
        next = saved.next;
    }

    /**
     * Everything a generator needs to go on.
     *
     * @param words the 624 words of mt19937
     * @param position how many of them are used up
     * @param hasNext whether a normal number is waiting
     * @param next that number
     */
    public record State(int[] words, int position, boolean hasNext, double next) {
        /** Checks the length. */
        public State {
            if (words.length != N || position < 0 || position > N) {
                throw new IllegalArgumentException("not a state of mt19937");
            }
            words = words.clone();
        }

        @Override
        public int[] words() {
            return words.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof State s
                    && Arrays.equals(words, s.words)
                    && position == s.position
                    && hasNext == s.hasNext
                    && Double.compare(next, s.next) == 0;
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(words) + position;
        }
    }

    /** The state now. */
    public State state() {
        return new State(state, left, hasNext, next);
    }

    /** A generator that goes on where {@code saved} was taken. */
    public static TorchRandom from(State saved) {
        return new TorchRandom(saved);
    }

    /** 32 random bits. */
    public int random() {
        if (left == N) {
            twist();
        }
        int y = state[left++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    /** 64 random bits, the first 32 drawn on top. */
    public long random64() {
        long high = Integer.toUnsignedLong(random());
        return high << 32 | Integer.toUnsignedLong(random());
    }

    /** A uniform float of [0, 1) with 24 bits, as {@code torch.rand} gives. */
    public float uniform() {
        return (random() & 0xffffff) * 0x1p-24f;
    }

    /** A uniform double of [0, 1) with 53 bits. */
    public double uniformDouble() {
        return (random64() & ((1L << 53) - 1)) * 0x1p-53;
    }

    /** {@code torch.rand(size)}. */
    public float[] rand(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = uniform();
        }
        return values;
    }

    /** {@code torch.randn(size)} in float32; a shape's numbers are those of its size. */
    public float[] randn(int size) {
        float[] values = new float[size];
        if (size < BLOCK) {
            for (int i = 0; i < size; i++) {
                values[i] = (float) normal();
            }
            return values;
        }
        for (int i = 0; i < size; i++) {
            values[i] = uniform();
        }
        for (int start = 0; start + BLOCK <= size; start += BLOCK) {
            BoxMuller.transform(values, start);
        }
        if (size % BLOCK != 0) {
            int start = size - BLOCK;
            for (int i = start; i < size; i++) {
                values[i] = uniform();
            }
            BoxMuller.transform(values, start);
        }
        return values;
    }

    /** {@code torch.randint(low, high, (size,))}: integers of [low, high). */
    public long[] randint(long low, long high, int size) {
        long range = high - low;
        if (range <= 0) {
            throw new IllegalArgumentException("there is no integer in [" + low + ", " + high + ")");
        }
        long[] values = new long[size];
        for (int i = 0; i < size; i++) {
            long bits = range >= 1L << 28 ? random64() : Integer.toUnsignedLong(random());
            values[i] = Long.remainderUnsigned(bits, range) + low;
        }
        return values;
    }

    /** {@code torch.randperm(n)}: the numbers below n in random order. */
    public int[] randperm(int n) {
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        for (int i = 0; i < n - 1; i++) {
            int other = i + (int) (Integer.toUnsignedLong(random()) % (n - i));
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        return order;
    }

    private double normal() {
        if (hasNext) {
            hasNext = false;
            return next;
        }
        double u1 = uniformDouble();
        double u2 = uniformDouble();
        double radius = Math.sqrt(-2.0 * Math.log1p(-u2));
        double theta = 2.0 * Math.PI * u1;
        next = radius * Math.sin(theta);
        hasNext = true;
        return radius * Math.cos(theta);
    }

    private void twist() {
        for (int i = 0; i < N; i++) {
            int y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
            state[i] = state[(i + M) % N] ^ (y >>> 1) ^ (y & 1) * 0x9908b0df;
        }
        left = 0;
    }
}
