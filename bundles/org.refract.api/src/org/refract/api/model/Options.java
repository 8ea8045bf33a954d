package org.refract.api.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is said to one family of models alone, by name: one text for all examples, or one for each. Immutable. The names are those of {@link
 * Model#options}; the model refuses others.
 *
 * @param values what was said, by name in alphabetical order; what was not said is not there
 */
public record Options(Map<String, List<String>> values) {

    /** Nothing said. */
    public static final Options NONE = new Options(Map.of());

    public Options {
        TreeMap<String, List<String>> copy = new TreeMap<>();
        values.forEach((name, texts) -> copy.put(name, List.copyOf(texts)));
        values = Collections.unmodifiableMap(copy);
    }

    /** The same with something else said for all examples. */
    public Options with(String name, Object value) {
        return with(name, List.of(String.valueOf(value)));
    }

    /** The same with something said for each example; nothing said if the list is empty. */
    public Options with(String name, List<String> texts) {
        Map<String, List<String>> changed = new TreeMap<>(values);
        if (texts.isEmpty()) {
            changed.remove(name);
        } else {
            changed.put(name, texts);
        }
        return new Options(changed);
    }

    /** The same with a value said for all examples, or with nothing said if it is the usual one. */
    public Options with(String name, Object value, Object usual) {
        return value.equals(usual) ? without(name) : with(name, value);
    }

    /** The same without what was said there. */
    public Options without(String name) {
        return with(name, List.of());
    }

    /** What was said for all examples, or for the first. */
    public Optional<String> text(String name) {
        return all(name).stream().findFirst();
    }

    /** What was said for each example, or one text for all, or nothing. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** Those of some names. */
    public Options only(Set<String> names) {
        Map<String, List<String>> kept = new TreeMap<>(values);
        kept.keySet().retainAll(names);
        return new Options(kept);
    }

    /** For some of the examples, in the given order. */
    public Options of(List<Integer> examples) {
        Map<String, List<String>> picked = new TreeMap<>();
        values.forEach((name, texts) -> picked.put(name, texts.size() == 1 ? texts : examples.stream().map(texts::get).toList()));
        return new Options(picked);
    }
}
