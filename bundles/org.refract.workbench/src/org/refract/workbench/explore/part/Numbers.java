package org.refract.workbench.explore.part;

import java.util.Locale;

/** Numbers for people. */
final class Numbers {
    private Numbers() {
    }

    /** Three significant digits without an exponent: {@code 13.8}, {@code 0.642}, {@code 0.0031}. */
    static String brief(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : size >= 0.1 || size == 0 ? "%.3f" : "%.2g", value);
    }

    /** A density as a percentage: {@code 1.2 %}; one that would be rounded to nothing keeps a digit, none at all is {@code never}. */
    static String density(double share) {
        double percent = 100 * share;
        return percent == 0 ? "never" : String.format(Locale.ROOT, percent >= 10 ? "%.0f %%" : percent >= 0.1 ? "%.1f %%" : "%.1g %%", percent);
    }
}
