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
}
