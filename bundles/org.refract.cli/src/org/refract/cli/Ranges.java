package org.refract.cli;

import java.lang.reflect.AnnotatedElement;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Optional;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Holds the numbers of a command line to the ranges of their options. */
public final class Ranges {

    private Ranges() {
    }

    /**
     * Checks every option that was given.
     *
     * @throws RefractException for the first that is out of its range: option, range and value
     */
    public static void check(ParseResult parsed) throws RefractException {
        for (OptionSpec option : parsed.matchedOptions()) {
            Optional<Within> within = of(option);
            if (within.isPresent()) {
                for (Object value : option.typedValues()) {
                    check(name(option), within.get(), value instanceof Optional<?> maybe ? maybe.orElse(null) : value);
                }
            }
        }
        for (ParseResult further : parsed.subcommands()) {
            check(further);
        }
    }

    /** The range of an option, if it has one. */
    static Optional<Within> of(OptionSpec option) {
        return option.userObject() instanceof AnnotatedElement member ? Optional.ofNullable(member.getAnnotation(Within.class)) : Optional.empty();
    }

    /** An option as its command's help says it: its first long name. */
    static String name(OptionSpec option) {
        return Arrays.stream(option.names()).filter(name -> name.startsWith("--")).findFirst().orElseGet(option::longestName);
    }

    private static void check(String option, Within within, Object value) throws RefractException {
        if (value instanceof String list) {
            for (String text : list.split("[,/x]")) {
                Optional<Number> number = number(text.strip());
                if (number.isPresent()) {
                    check(option, within, number.get(), within.whole());
                }
            }
        } else if (value instanceof Number number) {
            check(option, within, number, number instanceof Integer || number instanceof Long);
        }
    }

    private static void check(String option, Within within, Number number, boolean whole) throws RefractException {
        Interval range = new Interval(within.least(), !within.above(), within.most(), true, "");
        if (!range.contains(number.doubleValue())) {
            throw RefractException.usage("%s must be %s, not %s.", option, range.words(whole), number);
        }
    }

    private static Optional<Number> number(String text) {
        try {
            return Optional.of(new BigDecimal(text));
        } catch (NumberFormatException aWord) {
            return Optional.empty();
        }
    }
}
