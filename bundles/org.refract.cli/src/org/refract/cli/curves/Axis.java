package org.refract.cli.curves;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A range of numbers with round ticks.
 *
 * @param low lower end
 * @param high upper end, greater than the lower
 * @param step between two ticks
 * @param ticks round numbers between the ends, ascending
 */
record Axis(double low, double high, double step, List<Double> ticks) {

    private static final int WANTED = 6;

    /** From here on, and below the next, numbers are written with an exponent. */
    private static final double LARGE = 1e6;
    private static final double SMALL = 1e-3;

    /** Digits after the point of a number with an exponent; no more find room. */
    private static final int MOST_DIGITS = 4;

    /** The axis of numbers from {@code least} to {@code most}; a single number lies in the middle of one that begins at 0. */
    static Axis of(double least, double most) {
        double low = least;
        double high = most;
        if (!(high > low)) {
            low = Math.min(0, 2 * least);
            high = least == 0 ? 1 : Math.max(0, 2 * least);
        }
        double rough = (high - low) / WANTED;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = rough / power < 1.5 ? power : rough / power < 3.5 ? 2 * power : rough / power < 7.5 ? 5 * power : 10 * power;
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return new Axis(low, high, step, List.copyOf(ticks));
    }

    /** Where a number lies, 0 at the lower end and 1 at the upper. */
    double share(double value) {
        return (value - low) / (high - low);
    }

    /** A tick's label: with as many digits as tell it from the next. */
    String tickLabel(double tick) {
        return label(tick, 0);
    }

    /** The label of an end, which is no round number: with one digit more. */
    String endLabel(double end) {
        return label(end, 1);
    }

    private String label(double value, int more) {
        double largest = Math.max(Math.abs(low), Math.abs(high));
        int place = (int) Math.floor(Math.log10(step) + 1e-9);
        if (Math.abs(value) < step * 1e-6) {
            return "0";
        }
        if (largest >= LARGE || largest < SMALL) {
            int digits = (int) Math.floor(Math.log10(largest)) - place + more;
            return String.format(Locale.ROOT, "%." + Math.clamp(digits, 0, MOST_DIGITS) + "e", value);
        }
        return String.format(Locale.ROOT, "%." + Math.max(0, more - place) + "f", value);
    }

    /** A number that stands alone: three digits after the point, none that say nothing. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size >= LARGE || size > 0 && size < SMALL) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        String text = String.format(Locale.ROOT, size >= 100 ? "%.0f" : "%.3f", value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }
}
