package org.refract.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * What was said of a picture, in the words of the command line: values by the long names of options, without dashes. So a command line, a
 * line of a batch file and the record in a picture can lie over each other.
 */
record OptionValues(Map<String, List<String>> values) {
    static final OptionValues NONE = new OptionValues(Map.of());
    private static final String NUMBER = "-?(0|[1-9]\\d{0,17})(\\.\\d{1,17})?";

    OptionValues {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        values.forEach((name, said) -> copy.put(name, List.copyOf(said)));
        values = Collections.unmodifiableMap(copy);
    }

    /** The options of a command line that have one of the names. */
    static OptionValues of(ParseResult line, Set<String> names) {
        Map<String, List<String>> said = new LinkedHashMap<>();
        for (OptionSpec option : line.matchedOptions()) {
            String name = name(option);
            if (names.contains(name)) {
                said.put(name, option.arity().max() == 0 ? List.of("true") : option.originalStringValues());
            }
        }
        return new OptionValues(said);
    }

    /** An option's name here: its first long one. */
    static String name(OptionSpec option) {
        return Arrays.stream(option.names()).filter(n -> n.startsWith("--")).findFirst().orElseThrow().substring(2);
    }

    /** These, and of the others what is not said here. */
    OptionValues over(OptionValues others) {
        Map<String, List<String>> both = new LinkedHashMap<>(others.values);
        both.putAll(values);
        return new OptionValues(both);
    }

    /** With one more. */
    OptionValues with(String name, List<String> said) {
        return new OptionValues(Map.of(name, said)).over(this);
    }

    OptionValues without(Set<String> names) {
        Map<String, List<String>> rest = new LinkedHashMap<>(values);
        rest.keySet().removeAll(names);
        return new OptionValues(rest);
    }

    /** The value of an option that has one. */
    Optional<String> first(String name) {
        return all(name).stream().findFirst();
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /**
     * As words of a command line.
     *
     * @param flags the options that stand alone
     */
    String[] arguments(Set<String> flags) {
        List<String> words = new ArrayList<>();
        values.forEach((name, said) -> said.forEach(value -> {
            if (!flags.contains(name)) {
                words.add("--" + name + "=" + value);
            } else if (Boolean.parseBoolean(value)) {
                words.add("--" + name);
            }
        }));
        return words.toArray(String[]::new);
    }

    /** Adds them to a record; numbers and switches as such, names with underscores. */
    void write(JsonObject record) {
        values.forEach((name, said) -> {
            String key = name.replace('-', '_');
            if (said.size() == 1 && !name.equals("lora") && !name.equals("embedding") && !name.equals("feature")) {
                record.add(key, element(said.getFirst()));
            } else {
                JsonArray list = new JsonArray();
                said.forEach(list::add);
                record.add(key, list);
            }
        });
    }

    private static JsonElement element(String value) {
        if (value.equals("true") || value.equals("false")) {
            return new JsonPrimitive(Boolean.parseBoolean(value));
        }
        return value.matches(NUMBER) ? new JsonPrimitive(new BigDecimal(value)) : new JsonPrimitive(value);
    }
}
