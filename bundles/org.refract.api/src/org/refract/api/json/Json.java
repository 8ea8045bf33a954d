package org.refract.api.json;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;

/**
 * A value of a JSON file that knows where it stands, so that a wrong or missing one is refused with a sentence that names the file and the
 * place. Reading is strict: no comments, no repeated names, no trailing text, bounded size and nesting. The three words that Python writes for
 * what is no finite number ({@code NaN}, {@code Infinity}, {@code -Infinity}) are read as numbers, and whoever needs a finite one refuses them.
 */
public final class Json {

    /** The longest file that is read, in bytes. */
    public static final long LONGEST = 256L << 20;

    private static final int DEEPEST = 64;

    /** A value of one or two bytes takes some tens of bytes of memory; the largest tokenizers have two million. */
    private static final int MOST_VALUES = 1 << 22;

    private final String file;
    private final String place;
    private final JsonElement value;

    private Json(String file, String place, JsonElement value) {
        this.file = file;
        this.place = place;
        this.value = value;
    }

    /** Reads a JSON file. */
    public static Json read(Path path) throws RefractException {
        try {
            if (Files.size(path) > LONGEST) {
                throw RefractException.usage("%s is too long for a JSON file (%d bytes).", path, Files.size(path));
            }
            return parse(path.toString(), Files.readAllBytes(path));
        } catch (IOException e) {
            throw RefractException.unreadable(path, e);
        }
    }

    /** Reads JSON text; {@code file} is what sentences call it. */
    public static Json parse(String file, byte[] text) throws RefractException {
        try {
            return parse(file, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString());
        } catch (CharacterCodingException e) {
            throw RefractException.usage("%s is not a JSON file: its text is not UTF-8.", file);
        }
    }

    /** Reads JSON text; {@code file} is what sentences call it. */
    public static Json parse(String file, String text) throws RefractException {
        PythonNumbers numbers = PythonNumbers.in(text);
        int[] left = {MOST_VALUES};
        try (JsonReader reader = new JsonReader(new StringReader(numbers.text()))) {
            reader.setStrictness(Strictness.STRICT);
            reader.setNestingLimit(DEEPEST);
            JsonElement value = element(reader, numbers, left);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new IOException("text after the end");
            }
            return new Json(file, "", value);
        } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
            throw RefractException.usage("%s is not a valid JSON file: %s.", file, firstLine(e));
        }
    }

    /** JSON text of a value, indented, with a final line end. */
    public static String text(JsonElement value) {
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create().toJson(value) + "\n";
    }

    /** The field {@code name}, which must be there. */
    public Json at(String name) throws RefractException {
        return find(name).orElseThrow(() -> RefractException.usage("%s lacks '%s'%s.", file, name, place.isEmpty() ? "" : " in " + place));
    }

    /** The field {@code name}; empty if it is absent or {@code null}. */
    public Optional<Json> find(String name) throws RefractException {
        JsonElement field = object().get(name);
        return field == null || field.isJsonNull() ? Optional.empty() : Optional.of(inside(name, field));
    }

    /** Whether the field is there and is not {@code null}. */
    public boolean has(String name) throws RefractException {
        return find(name).isPresent();
    }

    /** The fields in the order of the file, without those that are {@code null}. */
    public Map<String, Json> fields() throws RefractException {
        Map<String, Json> fields = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> field : object().entrySet()) {
            if (!field.getValue().isJsonNull()) {
                fields.put(field.getKey(), inside(field.getKey(), field.getValue()));
            }
        }
        return fields;
    }

    /** The elements of a list. */
    public List<Json> items() throws RefractException {
        if (!value.isJsonArray()) {
            throw wrong("a list");
        }
        List<Json> items = new ArrayList<>();
        for (JsonElement item : value.getAsJsonArray()) {
            items.add(new Json(file, place + "[" + items.size() + "]", item));
        }
        return items;
    }

    /** The file and the place in it, for sentences. */
    public String whereabouts() {
        return place.isEmpty() ? file : file + " (" + place + ")";
    }

    /** The value as text. */
    public String text() throws RefractException {
        if (!isText()) {
            throw wrong("a text");
        }
        return value.getAsString();
    }

    /** The value as a whole number. */
    public long integer() throws RefractException {
        try {
            return number(value).longValueExact();
        } catch (ArithmeticException | NumberFormatException | RefractException e) {
            throw wrong("a whole number");
        }
    }

    /** The value as a whole number between two bounds, both allowed. */
    public int integer(int least, int most) throws RefractException {
        long number = integer();
        if (number < least || number > most) {
            throw wrong("a whole number from " + least + " to " + most);
        }
        return (int) number;
    }

    /** The value as a finite number. */
    public double number() throws RefractException {
        double number = number(value).doubleValue();
        if (Double.isInfinite(number)) {
            throw wrong("a number");
        }
        return number;
    }

    /** The value as true or false. */
    public boolean flag() throws RefractException {
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
            throw wrong("true or false");
        }
        return value.getAsBoolean();
    }

    /** The value as a list of whole numbers. */
    public long[] integers() throws RefractException {
        List<Json> items = items();
        long[] numbers = new long[items.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = items.get(i).integer();
        }
        return numbers;
    }

    /** The value as a list of numbers. */
    public double[] numbers() throws RefractException {
        List<Json> items = items();
        double[] numbers = new double[items.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = items.get(i).number();
        }
        return numbers;
    }

    /** The value as a list of texts. */
    public List<String> texts() throws RefractException {
        List<String> texts = new ArrayList<>();
        for (Json item : items()) {
            texts.add(item.text());
        }
        return texts;
    }

    /** Whether the value is {@code null}, which only a list hands out. */
    public boolean isNull() {
        return value.isJsonNull();
    }

    /** Whether the value is a text. */
    public boolean isText() {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
    }

    /** Whether the value is a list. */
    public boolean isList() {
        return value.isJsonArray();
    }

    /** Whether the value has fields. */
    public boolean isObject() {
        return value.isJsonObject();
    }

    /** Whether the value is a number, be it finite or not. */
    public boolean isNumber() {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
    }

    /** A copy of the value as gson has it. */
    public JsonElement element() {
        return value.deepCopy();
    }

    /** The sentence that this value should be something else. */
    public RefractException wrong(String wanted) {
        return RefractException.usage("%s is wrong: %s should be %s, it is %s.", file, place.isEmpty() ? "the whole" : "'" + place + "'", wanted, shown());
    }

    /** The sentence that this field is none that a tool is known to write. */
    public RefractException unknown(String tool) {
        return RefractException.usage("%s has '%s' (%s), which is no field of %s that is known here: it may change what is computed. If it does not,"
                + " delete it from that file.", file, place, shown(), tool);
    }

    private String shown() {
        String found = value.toString();
        return found.length() > 60 ? found.substring(0, 60) + "…" : found;
    }

    private BigDecimal number(JsonElement element) throws RefractException {
        if (!isNumber() || !(element.getAsNumber() instanceof BigDecimal number)) {
            throw wrong("a number");
        }
        if (Math.abs((long) number.scale()) > 10_000) {
            throw wrong("a number");
        }
        return number;
    }

    private JsonObject object() throws RefractException {
        if (!value.isJsonObject()) {
            throw wrong("an object with fields");
        }
        return value.getAsJsonObject();
    }

    private Json inside(String name, JsonElement field) {
        return new Json(file, place.isEmpty() ? name : place + "." + name, field);
    }

    private static JsonElement element(JsonReader reader, PythonNumbers numbers, int[] left) throws IOException {
        if (left[0]-- == 0) {
            throw new IOException("it holds more than " + MOST_VALUES + " values");
        }
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> {
                JsonObject object = new JsonObject();
                reader.beginObject();
                while (reader.hasNext()) {
                    String name = reader.nextName();
                    if (object.has(name)) {
                        throw new IOException("'" + name + "' is there twice");
                    }
                    object.add(name, element(reader, numbers, left));
                }
                reader.endObject();
                yield object;
            }
            case BEGIN_ARRAY -> {
                JsonArray array = new JsonArray();
                reader.beginArray();
                while (reader.hasNext()) {
                    array.add(element(reader, numbers, left));
                }
                reader.endArray();
                yield array;
            }
            case STRING -> new JsonPrimitive(reader.nextString());
            case NUMBER -> new JsonPrimitive(numbers.next(reader.nextString()));
            case BOOLEAN -> new JsonPrimitive(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield JsonNull.INSTANCE;
            }
            default -> throw new IOException("a value is missing at " + reader.getPath());
        };
    }

    private static String firstLine(Exception e) {
        String message = e.getMessage() == null ? "it ends too early" : e.getMessage().lines().findFirst().orElse("");
        return message.replace("Use JsonReader.setStrictness(Strictness.LENIENT) to accept malformed JSON", "malformed");
    }
}
