package org.refract.api;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Values for a plug-in's {@link Hyperparameter}s: what a person gave, and the defaults for the rest.
 * Immutable; values are checked when they are set, so a reader never meets a malformed one.
 */
public final class Settings {
    private final List<Hyperparameter> known;
    private final Map<String, String> values;

    private Settings(List<Hyperparameter> known, Map<String, String> values) {
        this.known = List.copyOf(known);
        this.values = Map.copyOf(values);
    }

    /**
     * @param known  the hyperparameters that the plug-in understands
     * @param given  what a person asked for, by name
     * @throws RefractException if a name is unknown or a value cannot be read
     */
    public static Settings of(List<Hyperparameter> known, Map<String, String> given) throws RefractException {
        Map<String, String> values = new TreeMap<>();
        for (Hyperparameter h : known) {
            values.put(h.name(), h.value());
        }
        for (var entry : given.entrySet()) {
            Hyperparameter h = known.stream().filter(k -> k.name().equals(entry.getKey())).findFirst()
                    .orElseThrow(() -> RefractException.usage("There is no setting '%s'; the settings are %s.",
                            entry.getKey(), known.stream().map(Hyperparameter::name).collect(Collectors.joining(", "))));
            h.check(entry.getValue());
            values.put(h.name(), entry.getValue().strip());
        }
        return new Settings(known, values);
    }

    /** Refuses a number outside bounds that other settings or sizes give it, with the bounds in the sentence. */
    public void within(String name, double least, double most) throws RefractException {
        double value = real(name);
        if (!(value >= least && value <= most)) {
            String from = least == Double.MIN_NORMAL ? "above 0" : "at least " + plain(least);
            throw RefractException.usage("The setting '%s' cannot be %s: it must be %s%s.", name, text(name), from,
                    most >= Float.MAX_VALUE ? "" : " and at most " + plain(most));
        }
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    /** The value of an {@code INTEGER} setting. */
    public long integer(String name) {
        return Long.parseLong(text(name));
    }

    /** The value of a {@code REAL} setting. */
    public double real(String name) {
        return Double.parseDouble(text(name));
    }

    /** The value of a {@code FLAG} setting. */
    public boolean flag(String name) {
        return Boolean.parseBoolean(text(name));
    }

    /** The value as written, for a {@code CHOICE}, a {@code TEXT} and for files. */
    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no setting named " + name);
        }
        return value;
    }

    /** Every value by name, defaults included, in alphabetical order. */
    public Map<String, String> asMap() {
        return new TreeMap<>(values);
    }

    /** These settings with one value replaced. */
    public Settings with(String name, Object value) throws RefractException {
        Map<String, String> changed = new TreeMap<>(values);
        changed.put(name, String.valueOf(value));
        return of(known, changed);
    }
}
