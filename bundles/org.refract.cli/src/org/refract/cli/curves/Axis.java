package org.refract.cli.curves;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A range of numbers with round ticks.
 *
 * @param low lower end
 * @param high upper end, greater than the lower
 * @param ticks round numbers between them, ascending
 */
record Axis(double low, double high, List<Double> ticks) {

    private static final int WANTED = 6;

    /** The axis of numbers from {@code least} to {@code most}; a single number gets room around it. */
    static Axis of(double least, double most) {
        double low = least;
        double high = most;
        if (!(high > low)) {
            double room = low == 0 ? 1 : Math.abs(low) / 10;
            low -= room;
            high += room;
        }
        double rough = (high - low) / WANTED;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = rough / power < 1.5 ? power : rough / power < 3.5 ? 2 * power : rough / power < 7.5 ? 5 * power : 10 * power;
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return new Axis(low, high, List.copyOf(ticks));
    }

    /** Where a number lies, 0 at the lower end and 1 at the upper. */
    double share(double value) {
        return (value - low) / (high - low);
    }

    /** A tick's label. */
    static String label(double value) {
        double size = Math.abs(value);
        if (size >= 1e6 || size > 0 && size < 1e-3) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        String text = String.format(Locale.ROOT, size >= 100 ? "%.0f" : "%.3f", value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }
}
