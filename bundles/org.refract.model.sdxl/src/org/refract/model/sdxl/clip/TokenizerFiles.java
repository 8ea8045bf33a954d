package org.refract.model.sdxl.clip;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.model.sdxl.nn.ConfigFile;

/**
 * Reads a tokenizer's folder: {@code vocab.json} with {@code merges.txt}, or {@code tokenizer.json} alone; added tokens and the longest
 * length from {@code tokenizer_config.json}.
 */
public final class TokenizerFiles {

    private static final int USUAL_MAX_LENGTH = 77;
    /** transformers writes a number near 1e30 where the length has no limit. */
    private static final int LARGEST_MAX_LENGTH = 1 << 20;

    private final Path folder;
    private final Map<String, Integer> vocabulary = new HashMap<>();
    private final Map<BytePairs.Pair, Integer> ranks = new HashMap<>();
    private final Map<String, AddedToken> added = new LinkedHashMap<>();

    private TokenizerFiles(Path folder) {
        this.folder = folder;
    }

    /** @throws RefractException if a file is missing or damaged */
    public static Tokenizer read(Path folder) throws RefractException {
        return new TokenizerFiles(folder).read();
    }

    private Tokenizer read() throws RefractException {
        Path whole = folder.resolve("tokenizer.json");
        Optional<ConfigFile> json = Files.isRegularFile(whole) ? Optional.of(ConfigFile.read(whole)) : Optional.empty();
        if (Files.isRegularFile(folder.resolve("vocab.json"))) {
            vocabulary(ConfigFile.read(folder.resolve("vocab.json")));
            merges(folder.resolve("merges.txt"));
        } else if (json.isPresent()) {
            model(json.get());
        } else {
            throw RefractException.usage("The tokenizer folder %s holds neither vocab.json with merges.txt nor tokenizer.json; download it again.", folder);
        }
        ConfigFile config = Files.isRegularFile(folder.resolve("tokenizer_config.json"))
                ? ConfigFile.read(folder.resolve("tokenizer_config.json"))
                : ConfigFile.of(folder.resolve("tokenizer_config.json").toString(), "{}");
        String start = special(config, "bos_token", "<|startoftext|>");
        String end = special(config, "eos_token", "<|endoftext|>");
        String pad = special(config, "pad_token", end);
        String unknown = special(config, "unk_token", end);
        if (config.has("added_tokens_decoder")) {
            for (var entry : object(config, "added_tokens_decoder").entrySet()) {
                add(config, entry.getValue(), id(config, entry.getKey()));
            }
        }
        if (json.isPresent() && json.get().has("added_tokens")) {
            for (JsonElement token : json.get().value("added_tokens").orElseThrow().getAsJsonArray()) {
                add(json.get(), token, json.get().integer("added_tokens", token.getAsJsonObject().get("id")));
            }
        }
        for (String token : List.of(start, end, pad, unknown)) {
            if (!added.containsKey(token)) {
                added.put(token, new AddedToken(token, require(token), false, false, false, false));
            }
        }
        int length = (int) Math.min(config.real("model_max_length", USUAL_MAX_LENGTH), LARGEST_MAX_LENGTH);
        if (length < 2) {
            throw config.wrong("model_max_length", "at least 2");
        }
        return new Tokenizer(new BytePairs(vocabulary, ranks, require(unknown)), List.copyOf(added.values()), require(start), require(end),
                require(pad), length == LARGEST_MAX_LENGTH ? USUAL_MAX_LENGTH : length);
    }

    private int require(String token) throws RefractException {
        AddedToken known = added.get(token);
        if (known == null && !vocabulary.containsKey(token)) {
            throw RefractException.usage("The tokenizer in %s has no token '%s'; download the folder again.", folder, token);
        }
        return known == null ? vocabulary.get(token) : known.id();
    }

    private void vocabulary(ConfigFile file) throws RefractException {
        for (String token : file.names()) {
            vocabulary.put(token, file.integer(token));
        }
    }

    private void merges(Path file) throws RefractException {
        if (!Files.isRegularFile(file)) {
            throw RefractException.usage("The tokenizer's file %s is missing; download the folder again.", file);
        }
        try {
            for (String line : Files.readAllLines(file)) {
                if (!line.startsWith("#version") && !line.isBlank()) {
                    merge(file.toString(), line.split(" "));
                }
            }
        } catch (IOException e) {
            throw RefractException.usage("%s cannot be read (%s); check the file.", file, e.getMessage());
        }
    }

    private void model(ConfigFile file) throws RefractException {
        JsonObject model = object(file, "model");
        if (!(model.get("vocab") instanceof JsonObject vocab) || !model.has("merges") || !model.get("merges").isJsonArray()) {
            throw file.wrong("model", "byte-pair encoding with vocab and merges");
        }
        for (var entry : vocab.entrySet()) {
            vocabulary.put(entry.getKey(), file.integer("model", entry.getValue()));
        }
        for (JsonElement merge : model.getAsJsonArray("merges")) {
            merge(file.name(), merge.isJsonArray()
                    ? merge.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toArray(String[]::new)
                    : merge.getAsString().split(" "));
        }
    }

    private void merge(String file, String[] pair) throws RefractException {
        if (pair.length != 2) {
            throw RefractException.usage("%s is damaged: '%s' is not a pair of symbols; download it again.", file, String.join(" ", pair));
        }
        ranks.putIfAbsent(new BytePairs.Pair(pair[0], pair[1]), ranks.size());
    }

    private void add(ConfigFile file, JsonElement element, int id) throws RefractException {
        if (!(element instanceof JsonObject token) || !token.has("content")) {
            throw file.wrong("added_tokens_decoder", "tokens with their content");
        }
        added.putIfAbsent(token.get("content").getAsString(), new AddedToken(token.get("content").getAsString(), id,
                flag(token, "normalized"), flag(token, "single_word"), flag(token, "lstrip"), flag(token, "rstrip")));
    }

    private static boolean flag(JsonObject token, String key) {
        return token.has(key) && token.get(key).getAsBoolean();
    }

    /** A special token stands in the configuration as text or as an object with its content. */
    private static String special(ConfigFile file, String key, String otherwise) throws RefractException {
        return file.value(key).filter(JsonElement::isJsonObject).isPresent()
                ? object(file, key).get("content").getAsString()
                : file.text(key, otherwise);
    }

    private static JsonObject object(ConfigFile file, String key) throws RefractException {
        if (file.value(key).orElse(null) instanceof JsonObject object) {
            return object;
        }
        throw file.wrong(key, "an object");
    }

    private static int id(ConfigFile file, String text) throws RefractException {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw file.wrong("added_tokens_decoder", "tokens by their numbers");
        }
    }
}
