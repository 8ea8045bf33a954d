package org.refract.engine.sae;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.refract.api.RefractException;
import org.refract.api.json.Json;

/**
 * The fields that a tool's configuration may have: a closed list, so that one which says that something else is computed is never passed
 * over. A field that is {@code null} is as good as absent.
 *
 * @param tool       whose configuration it is, with its versions
 * @param understood those that the tool's reader looks at itself
 * @param neutral    those that change nothing as long as they have one of the listed values
 * @param harmless   those that only say how the dictionary was trained, on what, or how it was loaded
 */
public record KnownFields(String tool, Set<String> understood, Map<String, List<String>> neutral, Set<String> harmless) {

    /** Whole numbers up to this are exact as double. */
    private static final double LARGEST = 1L << 53;

    /**
     * Holds the fields of a configuration against the list.
     *
     * @return what harmless fields with one value say, by name
     * @throws RefractException if one is not known, or not neutral: its name, its value and what to do
     */
    public Map<String, String> check(Json configuration) throws RefractException {
        Map<String, String> facts = new TreeMap<>();
        for (Map.Entry<String, Json> field : configuration.fields().entrySet()) {
            String name = field.getKey();
            if (harmless.contains(name)) {
                if (field.getValue().element().isJsonPrimitive()) {
                    facts.put(name, field.getValue().element().getAsString());
                }
            } else if (neutral.containsKey(name)) {
                if (!neutral.get(name).contains(said(field.getValue()))) {
                    throw field.getValue().wrong(String.join(" or ", neutral.get(name)) + ", as nothing else of it can be computed here");
                }
            } else if (!understood.contains(name)) {
                throw field.getValue().unknown(tool);
            }
        }
        return facts;
    }

    /** A value as {@link #neutral} writes it: whole numbers without a point. */
    private static String said(Json value) throws RefractException {
        if (value.isNumber()) {
            double number = value.element().getAsDouble();
            return number == Math.rint(number) && Math.abs(number) < LARGEST ? String.valueOf((long) number) : value.element().toString();
        }
        return value.isText() ? value.text() : value.element().toString();
    }
}
