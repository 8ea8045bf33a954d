package org.refract.nn;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.refract.api.RefractException;
import org.refract.api.json.Json;

/** A small JSON file of a model's folder, read with types; a value of {@code null} counts as absent. */
public final class ConfigFile {

    private static final long LARGEST = 1L << 28;

    /** No count, width or token id of a network of this family is near it. */
    private static final int LARGEST_NUMBER = 10_000_000;
    private static final int MOST_LAYERS = 1000;

    private final String name;
    private final JsonObject json;
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    private ConfigFile(String name, JsonObject json) {
        this.name = name;
        this.json = json;
    }

    /** @throws RefractException if the file is missing, too large or no JSON object */
    public static ConfigFile read(Path file) throws RefractException {
        return of(file.toString(), text(file));
    }

    /**
     * What stands in a file.
     *
     * @throws RefractException if the file is missing or too large
     */
    public static String text(Path file) throws RefractException {
        try {
            if (!Files.isRegularFile(file)) {
                throw RefractException.usage("The model's file %s is missing; download the folder again.", file);
            }
            if (Files.size(file) > LARGEST) {
                throw RefractException.usage("%s is too large for a configuration file; is it the right file?", file);
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw RefractException.usage("%s cannot be read (%s); check the file and its permissions.", file, e.getMessage());
        }
    }

    /** Reads text that has no file; {@code name} is what errors call it. */
    public static ConfigFile of(String name, String text) throws RefractException {
        if (Json.parse(name, text).element() instanceof JsonObject object) {
            return new ConfigFile(name, object);
        }
        throw RefractException.usage("%s is damaged: it holds no JSON object; download it again.", name);
    }

    /** The same with another value. */
    public ConfigFile with(String key, JsonElement value) {
        JsonObject changed = json.deepCopy();
        changed.add(key, value);
        return new ConfigFile(name, changed);
    }

    /** What errors call this file. */
    public String name() {
        return name;
    }

    /** Names of the values that are there. */
    public List<String> names() {
        return json.keySet().stream().filter(key -> !json.get(key).isJsonNull()).toList();
    }

    /** Whether there is a value. */
    public boolean has(String key) {
        asked.add(key);
        return json.has(key) && !json.get(key).isJsonNull();
    }

    /** Whether anybody has asked for a value so far. */
    public boolean wasAsked(String key) {
        return asked.contains(key);
    }

    /** The value as it stands in the file. */
    public Optional<JsonElement> value(String key) {
        return has(key) ? Optional.of(json.get(key)) : Optional.empty();
    }

    public int integer(String key) throws RefractException {
        return integer(key, require(key));
    }

    public int integer(String key, int otherwise) throws RefractException {
        return has(key) ? integer(key, json.get(key)) : otherwise;
    }

    public double real(String key, double otherwise) throws RefractException {
        return has(key) ? number(key, json.get(key)).doubleValue() : otherwise;
    }

    public boolean flag(String key, boolean otherwise) throws RefractException {
        return has(key) ? flag(key, json.get(key)) : otherwise;
    }

    /** A value within the one of the given name. */
    public boolean flag(String key, JsonElement value) throws RefractException {
        if (value instanceof JsonPrimitive plain && plain.isBoolean()) {
            return plain.getAsBoolean();
        }
        throw wrong(key, "true or false");
    }

    public String text(String key, String otherwise) throws RefractException {
        return has(key) ? text(key, json.get(key)) : otherwise;
    }

    /** A value within the one of the given name. */
    public String text(String key, JsonElement value) throws RefractException {
        if (value instanceof JsonPrimitive plain && plain.isString()) {
            return plain.getAsString();
        }
        throw wrong(key, "a text");
    }

    /** A list of texts. */
    public List<String> texts(String key) throws RefractException {
        List<String> texts = new ArrayList<>();
        for (JsonElement element : list(key, require(key))) {
            if (!(element instanceof JsonPrimitive value && value.isString())) {
                throw wrong(key, "a list of texts");
            }
            texts.add(value.getAsString());
        }
        return texts;
    }

    /** A list of whole numbers of the given length; one number stands for as many of it. */
    public List<Integer> integers(String key, int length) throws RefractException {
        List<Integer> numbers = new ArrayList<>();
        JsonElement value = require(key);
        for (int i = 0; i < length; i++) {
            numbers.add(integer(key, value.isJsonArray() ? element(key, value, i, length) : value));
        }
        return numbers;
    }

    /** A list of whole numbers of any length. */
    public List<Integer> integers(String key) throws RefractException {
        return integers(key, list(key, require(key)).size());
    }

    /** A list of numbers, empty if there is none. */
    public List<Double> reals(String key) throws RefractException {
        List<Double> numbers = new ArrayList<>();
        if (has(key)) {
            for (JsonElement element : list(key, json.get(key))) {
                numbers.add(number(key, element).doubleValue());
            }
        }
        return numbers;
    }

    /** Element i of a list of the given length. */
    public JsonElement element(String key, JsonElement value, int i, int length) throws RefractException {
        JsonArray list = list(key, value);
        if (list.size() != length) {
            throw wrong(key, "a list of " + length + " values");
        }
        return list.get(i);
    }

    /** A JSON value of this file as a whole number. */
    public int integer(String key, JsonElement value) throws RefractException {
        double number = number(key, value).doubleValue();
        if (!isWhole(number)) {
            throw wrong(key, "a whole number from 0 to " + LARGEST_NUMBER);
        }
        return (int) number;
    }

    /**
     * The next value of a long file as a whole number.
     *
     * @param file what errors call the file
     */
    public static int integer(String file, String key, JsonReader json) throws IOException, RefractException {
        double number = json.peek() == JsonToken.NUMBER ? json.nextDouble() : Double.NaN;
        if (!isWhole(number)) {
            throw RefractException.usage("In %s, '%s' should be a whole number from 0 to %d and is something else.", file, key, LARGEST_NUMBER);
        }
        return (int) number;
    }

    private static boolean isWhole(double number) {
        return number == Math.rint(number) && number >= 0 && number <= LARGEST_NUMBER;
    }

    /** A number of layers or blocks: at least 1, and no more than a network can have. */
    public int layers(String key, int layers) throws RefractException {
        if (layers < 1 || layers > MOST_LAYERS) {
            throw wrong(key, "from 1 to " + MOST_LAYERS);
        }
        return layers;
    }

    /** The complaint that a value is not what it should be. */
    public RefractException wrong(String key, String expected) {
        return RefractException.usage("In %s, '%s' should be %s and is %s.", name, key, expected, json.has(key) ? json.get(key) : "absent");
    }

    private JsonElement require(String key) throws RefractException {
        return value(key).orElseThrow(() -> RefractException.usage("In %s, the value '%s' is missing.", name, key));
    }

    private JsonArray list(String key, JsonElement value) throws RefractException {
        if (value instanceof JsonArray list) {
            return list;
        }
        throw wrong(key, "a list");
    }

    private Number number(String key, JsonElement value) throws RefractException {
        if (value instanceof JsonPrimitive primitive && primitive.isNumber() && Double.isFinite(primitive.getAsDouble())) {
            return primitive.getAsNumber();
        }
        throw wrong(key, "a number");
    }
}
