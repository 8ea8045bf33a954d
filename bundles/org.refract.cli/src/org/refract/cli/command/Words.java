package org.refract.cli.command;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.refract.api.RefractException;

/** Options with a few words to choose from. */
final class Words {
    private Words() {
    }

    /** The constant that a word means. */
    static <E extends Enum<E>> E of(Class<E> type, String option, String word) throws RefractException {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(word)) {
                return constant;
            }
        }
        throw RefractException.usage("%s is %s, not '%s'.", option,
                Arrays.stream(type.getEnumConstants()).map(c -> c.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(" or ")), word);
    }

    /** A share between two bounds. */
    static double share(String option, double value, double least, double most) throws RefractException {
        if (!(value >= least && value <= most)) {
            throw RefractException.usage("%s must be from %s to %s, not %s.", option, plain(least), plain(most), plain(value));
        }
        return value;
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }
}
