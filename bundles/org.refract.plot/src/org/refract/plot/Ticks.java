package org.refract.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A range of numbers with round ticks.
 *
 * @param low   lower end
 * @param high  upper end, greater than the lower
 * @param step  between two ticks; of a logarithmic range, their ratio
 * @param log   whether equal ratios lie equally far apart; both ends are positive then
 * @param ticks round numbers between the ends, ascending
 */
public record Ticks(double low, double high, double step, boolean log, List<Double> ticks) {

    private static final int WANTED = 6;

    /** From here on, and below the next, numbers are written with an exponent. */
    private static final double LARGE = 1e6;
    private static final double SMALL = 1e-3;

    /** Digits after the point of a number with an exponent; no more find room. */
    private static final int MOST_DIGITS = 4;

    /** The axis of numbers from {@code least} to {@code most}; a single number lies in the middle of one that begins at 0. */
    static Ticks of(double least, double most) {
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
        return new Ticks(low, high, step, false, List.copyOf(ticks));
    }

    /** Powers of ten around positive numbers. */
    static Ticks log(double least, double most) {
        int lowest = (int) Math.floor(Math.log10(least) + 1e-9);
        int highest = Math.max(lowest + 1, (int) Math.ceil(Math.log10(most) - 1e-9));
        int every = Math.max(1, (highest - lowest + WANTED) / (WANTED + 1));
        List<Double> ticks = new ArrayList<>();
        for (int power = lowest; power <= highest; power += every) {
            ticks.add(Math.pow(10, power));
        }
        return new Ticks(Math.pow(10, lowest), Math.pow(10, highest), Math.pow(10, every), true, List.copyOf(ticks));
    }

    /** Whether a number has a place here. */
    boolean shows(double value) {
        return Double.isFinite(value) && (!log || value > 0);
    }

    /** Where a number lies, 0 at the lower end and 1 at the upper. */
    double share(double value) {
        return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    }

    /** A tick's label: with as many digits as tell it from the next. */
    String tickLabel(double tick) {
        return log ? tick >= LARGE || tick < SMALL ? String.format(Locale.ROOT, "%.0e", tick) : number(tick) : label(tick, 0);
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
    public static String number(double value) {
        double size = Math.abs(value);
        if (size >= LARGE || size > 0 && size < SMALL) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        String text = String.format(Locale.ROOT, size >= 100 ? "%.0f" : "%.3f", value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }
}
