package org.refract.engine.tensor;

/**
 * Box and Muller's transform of 16 uniform floats into 16 normal ones, rounded as ATen's AVX2 code rounds
 * (aten/src/ATen/native/cpu/avx_mathfun.h: Cephes' logf, sinf and cosf).
 */
final class BoxMuller {

    private static final float TWO_PI = (float) (2.0 * Math.PI);
    private static final float SQRT_HALF = 0.707106781186547524f;
    private static final float FOUR_OVER_PI = 1.27323954473516f;
    private static final float[] LOG = {
        7.0376836292E-2f, -1.1514610310E-1f, 1.1676998740E-1f, -1.2420140846E-1f, 1.4249322787E-1f, -1.6668057665E-1f, 2.0000714765E-1f,
        -2.4999993993E-1f, 3.3333331174E-1f
    };

    private BoxMuller() {
    }

    static void transform(float[] values, int start) {
        for (int j = start; j < start + 8; j++) {
            float radius = (float) Math.sqrt(-2f * log(1f - values[j]));
            float theta = TWO_PI * values[j + 8];
            values[j] = radius * cos(theta);
            values[j + 8] = radius * sin(theta);
        }
    }

    /** Cephes' logf for (0, 1]. */
    private static float log(float x) {
        int bits = Float.floatToRawIntBits(x);
        float e = (bits >>> 23) - 0x7f + 1f;
        float m = Float.intBitsToFloat(bits & 0x807fffff | 0x3f000000);
        boolean small = m < SQRT_HALF;
        float part = small ? m : 0f;
        m = m - 1f;
        e = small ? e - 1f : e;
        m = m + part;
        float z = m * m;
        float y = LOG[0];
        for (int i = 1; i < LOG.length; i++) {
            y = Math.fma(y, m, LOG[i]);
        }
        y = y * m;
        y = Math.fma(y, z, e * -2.12194440e-4f);
        y = Math.fma(-z, 0.5f, y);
        return Math.fma(e, 0.693359375f, m + y);
    }

    private static float sin(float x) {
        int j = ((int) (x * FOUR_OVER_PI) + 1) & ~1;
        float value = polynomial(reduced(x, j), (j & 2) != 0);
        return (j & 4) != 0 ? -value : value;
    }

    private static float cos(float x) {
        int j = ((int) (x * FOUR_OVER_PI) + 1) & ~1;
        float value = polynomial(reduced(x, j), (j & 2) == 0);
        return ((j - 2) & 4) == 0 ? -value : value;
    }

    /** x minus j·π/4 in three steps. */
    private static float reduced(float x, int j) {
        float y = j;
        x = Math.fma(y, -0.78515625f, x);
        x = Math.fma(y, -2.4187564849853515625e-4f, x);
        return Math.fma(y, -3.77489497744594108e-8f, x);
    }

    private static float polynomial(float x, boolean cosine) {
        float z = x * x;
        if (cosine) {
            float y = Math.fma(2.443315711809948E-005f, z, -1.388731625493765E-003f);
            y = Math.fma(y, z, 4.166664568298827E-002f);
            y = y * z;
            y = Math.fma(y, z, -0.5f * z);
            return y + 1f;
        }
        float y = Math.fma(-1.9515295891E-4f, z, 8.3321608736E-3f);
        y = Math.fma(y, z, -1.6666654611E-1f);
        y = y * z;
        return Math.fma(y, x, x);
    }
}
