package org.refract.model.sdxl.clip;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * What byte-pair encoding knows. A model is opened as fast as its two tables of some ten thousand entries are read, so they are read in one
 * sweep and tokenizers of one vocabulary share them.
 *
 * @param vocabulary number of each symbol
 * @param ranks      order in which pairs were learnt, by {@link #pair}
 */
record BytePairTables(Map<String, Integer> vocabulary, Map<String, Integer> ranks) {

    /** About as many characters of a file as one entry takes. */
    private static final int CHARACTERS_EACH = 12;

    /** Two neighbouring symbols; a symbol holds no blank. */
    static String pair(String left, String right) {
        return left + ' ' + right;
    }

    /**
     * @param vocabulary {@code vocab.json}: an object of symbols and numbers
     * @param merges     {@code merges.txt}: a line for each pair
     */
    static BytePairTables read(Path vocabulary, Path merges) throws RefractException {
        return new BytePairTables(vocabulary(vocabulary.toString(), ConfigFile.text(vocabulary)), ranks(merges));
    }

    /** @param file {@code tokenizer.json} */
    static BytePairTables read(ConfigFile file) throws RefractException {
        if (!(file.value("model").orElse(null) instanceof JsonObject model) || !(model.get("vocab") instanceof JsonObject vocab)
                || !(model.get("merges") instanceof JsonArray merges)) {
            throw file.wrong("model", "byte-pair encoding with vocab and merges");
        }
        Map<String, Integer> vocabulary = new HashMap<>();
        for (var entry : vocab.entrySet()) {
            vocabulary.put(entry.getKey(), file.integer("model", entry.getValue()));
        }
        Map<String, Integer> ranks = new HashMap<>();
        for (JsonElement merge : merges) {
            List<String> symbols = new ArrayList<>();
            for (JsonElement symbol : merge instanceof JsonArray pair ? pair : List.of(merge)) {
                symbols.add(file.text("merges", symbol));
            }
            ranks.putIfAbsent(checked(file.name(), String.join(" ", symbols)), ranks.size());
        }
        return new BytePairTables(vocabulary, ranks);
    }

    private static Map<String, Integer> vocabulary(String file, String text) throws RefractException {
        Map<String, Integer> vocabulary = HashMap.newHashMap(text.length() / CHARACTERS_EACH);
        try (JsonReader json = new JsonReader(new StringReader(text))) {
            json.beginObject();
            while (json.hasNext()) {
                String symbol = json.nextName();
                if (json.peek() == JsonToken.NULL) {
                    json.nextNull();
                } else {
                    vocabulary.put(symbol, ConfigFile.integer(file, symbol, json));
                }
            }
            json.endObject();
            if (json.peek() == JsonToken.END_DOCUMENT) {
                return vocabulary;
            }
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw RefractException.usage("%s is damaged: it is not readable as JSON; download it again.", file);
        }
        throw RefractException.usage("%s is damaged: there is text after its end; download it again.", file);
    }

    private static Map<String, Integer> ranks(Path file) throws RefractException {
        if (!Files.isRegularFile(file)) {
            throw RefractException.usage("The tokenizer's file %s is missing; download the folder again.", file);
        }
        try {
            String text = Files.readString(file);
            Map<String, Integer> ranks = HashMap.newHashMap(text.length() / CHARACTERS_EACH);
            for (String line : (Iterable<String>) text.lines()::iterator) {
                if (!line.startsWith("#version") && !line.isBlank()) {
                    ranks.putIfAbsent(checked(file.toString(), line), ranks.size());
                }
            }
            return ranks;
        } catch (IOException e) {
            throw RefractException.usage("%s cannot be read (%s); check the file.", file, e.getMessage());
        }
    }

    /** A line that is two symbols and a blank between them. */
    private static String checked(String file, String line) throws RefractException {
        String pair = line.endsWith(" ") ? line.stripTrailing() : line;
        int blank = pair.indexOf(' ');
        if (blank < 1 || blank == pair.length() - 1 || pair.indexOf(' ', blank + 1) >= 0) {
            throw RefractException.usage("%s is damaged: '%s' is not a pair of symbols; download it again.", file, line);
        }
        return pair;
    }
}
