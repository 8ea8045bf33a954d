package org.refract.api;

import java.util.List;
import java.util.Optional;

/**
 * A named setting of a plug-in, with its default and where that default comes from.
 *
 * @param name     the field's own word, as it is written in files and on the command line ({@code k}, {@code auxk}, {@code lr})
 * @param kind     how its value is read
 * @param value    the default, in the form in which a person would type it
 * @param range    the allowed values in words, for messages ("a number from 0 to below 1"); of a choice, the words separated by {@code |}
 * @param interval the allowed numbers, which are checked; empty where nothing but the kind is checked
 * @param source   where the default comes from (paper and section, or the public code's file), empty if it is our own
 */
public record Hyperparameter(String name, Kind kind, String value, String range, Optional<Interval> interval, Optional<String> source) {

    /** How a value is read. */
    public enum Kind { INTEGER, REAL, CHOICE, FLAG, TEXT }

    public Hyperparameter {
        if (interval.isPresent() && !interval.get().contains(Double.parseDouble(value))) {
            throw new IllegalArgumentException("the default of " + name + ", " + value + ", is not " + range);
        }
    }

    /** A number, whose range is checked. */
    public Hyperparameter(String name, Kind kind, String value, Interval interval, Optional<String> source) {
        this(name, kind, value, interval.words(kind == Kind.INTEGER), Optional.of(interval), source);
    }

    /** A choice or a flag; a number of which anything may be set. */
    public Hyperparameter(String name, Kind kind, String value, String range, Optional<String> source) {
        this(name, kind, value, range, Optional.empty(), source);
    }

    /**
     * Refuses a text that is no value of it.
     *
     * @throws RefractException what it must be
     */
    public void check(String text) throws RefractException {
        if (!allows(text.strip())) {
            throw RefractException.usage("The setting '%s' cannot be '%s': it must be %s.", name, text, range);
        }
    }

    /** Whether its value can be this text, which is read without blanks around it. */
    boolean allows(String text) {
        return switch (kind) {
            case INTEGER -> text.matches("[+-]?\\d{1,18}") && isWithin(Long.parseLong(text));
            case REAL -> isFinite(text) && isWithin(Double.parseDouble(text));
            case FLAG -> text.equals("true") || text.equals("false");
            case CHOICE -> List.of(range.split("\\|")).contains(text);
            case TEXT -> true;
        };
    }

    private boolean isWithin(double number) {
        return interval.map(allowed -> allowed.contains(number)).orElse(true);
    }

    private static boolean isFinite(String text) {
        try {
            return Double.isFinite(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
