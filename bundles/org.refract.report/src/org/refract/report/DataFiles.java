package org.refract.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonIOException;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import org.refract.api.RefractException;
import org.refract.engine.file.FileFailure;

/**
 * The scripts that bring the page its data: {@code Refract.data("name", {...});}. The JSON is HTML-safe ({@code <}, {@code >} and
 * {@code &} are escaped), and numbers have five significant digits.
 */
final class DataFiles {
    private static final MathContext DIGITS = new MathContext(5);
    private static final JsonSerializer<Double> SHORT = (value, type, context) -> number(value);
    private static final Gson GSON = new GsonBuilder().registerTypeAdapter(Double.class, SHORT).registerTypeAdapter(double.class, SHORT)
            .serializeNulls().create();

    private final Path folder;

    DataFiles(Path folder) throws RefractException {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw FileFailure.writing(folder, e);
        }
    }

    /** Writes a value that gson understands: records, lists, maps, numbers, texts. */
    void write(String name, Object value) throws RefractException {
        Path file = folder.resolve(name + ".js");
        try (Writer writer = Files.newBufferedWriter(file)) {
            writer.write("Refract.data(" + GSON.toJson(name) + ", ");
            GSON.toJson(value, writer);
            writer.write(");\n");
        } catch (JsonIOException e) {
            throw FileFailure.writing(file, e.getCause() instanceof IOException cause ? cause : new IOException(e.getMessage(), e));
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    private static JsonElement number(Double value) {
        return value == null || !Double.isFinite(value) ? com.google.gson.JsonNull.INSTANCE : new JsonPrimitive(new BigDecimal(value).round(DIGITS).stripTrailingZeros());
    }
}
