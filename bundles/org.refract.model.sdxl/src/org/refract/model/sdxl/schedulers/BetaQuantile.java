package org.refract.model.sdxl.schedulers;

/** The quantile function of the beta distribution with both parameters 0.6 (Beta Sampling is All You Need, section 4). */
final class BetaQuantile {

    private static final double PARAMETER = 0.6;
    private static final int HALVINGS = 60;
    private static final int MOST_TERMS = 500;
    private static final double EXACT = 1e-17;
    /** 1 / B(0.6, 0.6): half of the distribution lies below one half. */
    private static final double NORMALISER = 0.5 / incomplete(0.5);

    private BetaQuantile() {
    }

    /** The value below which a share of the distribution lies. */
    static double of(double share) {
        if (share <= 0) {
            return 0;
        }
        if (share > 0.5) {
            return 1 - of(1 - share);
        }
        double low = 0;
        double high = 0.5;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (incomplete(middle) * NORMALISER < share) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /** The incomplete beta function of {@code 0 <= x <= 1/2} as a power series (Abramowitz and Stegun, 26.5.4). */
    private static double incomplete(double x) {
        double term = 1;
        double sum = 1 / PARAMETER;
        for (int n = 1; n < MOST_TERMS && term > EXACT; n++) {
            term *= x * (n - PARAMETER) / n;
            sum += term / (PARAMETER + n);
        }
        return Math.pow(x, PARAMETER) * sum;
    }
}
