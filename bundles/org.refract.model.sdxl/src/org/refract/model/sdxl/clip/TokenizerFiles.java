package org.refract.model.sdxl.clip;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * Reads a tokenizer's folder: {@code vocab.json} with {@code merges.txt}, or {@code tokenizer.json} alone; added tokens and the longest
 * length from {@code tokenizer_config.json}.
 */
public final class TokenizerFiles {

    private static final int USUAL_MAX_LENGTH = 77;
    /** transformers writes a number near 1e30 where the length has no limit. */
    private static final int LARGEST_MAX_LENGTH = 1 << 20;

    private static final List<String> TABLES = List.of("vocab.json", "merges.txt");

    private final Path folder;
    private final Optional<ConfigFile> json;
    private final BytePairTables tables;
    private final Map<String, AddedToken> added = new LinkedHashMap<>();

    /** @param before folders that were read already */
    private TokenizerFiles(Path folder, List<TokenizerFiles> before) throws RefractException {
        this.folder = folder;
        Path whole = folder.resolve("tokenizer.json");
        json = Files.isRegularFile(whole) ? Optional.of(ConfigFile.read(whole)) : Optional.empty();
        Optional<TokenizerFiles> same = before.stream().filter(this::hasTheTablesOf).findFirst();
        if (same.isPresent()) {
            tables = same.get().tables;
        } else if (Files.isRegularFile(folder.resolve(TABLES.getFirst()))) {
            tables = BytePairTables.read(folder.resolve(TABLES.getFirst()), folder.resolve(TABLES.getLast()));
        } else if (json.isPresent()) {
            tables = BytePairTables.read(json.get());
        } else {
            throw RefractException.usage("The tokenizer folder %s holds neither vocab.json with merges.txt nor tokenizer.json; download it again.", folder);
        }
    }

    /** @throws RefractException if a file is missing or damaged */
    public static Tokenizer read(Path folder) throws RefractException {
        return read(List.of(folder)).getFirst();
    }

    /**
     * The tokenizers of several folders; those whose tables are the same to the byte share them.
     *
     * @throws RefractException if a file is missing or damaged
     */
    public static List<Tokenizer> read(List<Path> folders) throws RefractException {
        List<TokenizerFiles> files = new ArrayList<>();
        List<Tokenizer> tokenizers = new ArrayList<>();
        for (Path folder : folders) {
            files.add(new TokenizerFiles(folder, files));
            tokenizers.add(files.getLast().tokenizer());
        }
        return tokenizers;
    }

    private boolean hasTheTablesOf(TokenizerFiles other) {
        try {
            for (String table : TABLES) {
                if (!Files.isRegularFile(folder.resolve(table)) || Files.mismatch(folder.resolve(table), other.folder.resolve(table)) >= 0) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Tokenizer tokenizer() throws RefractException {
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
        return new Tokenizer(new BytePairs(tables, require(unknown)), List.copyOf(added.values()), require(start), require(end),
                require(pad), length == LARGEST_MAX_LENGTH ? USUAL_MAX_LENGTH : length);
    }

    private int require(String token) throws RefractException {
        AddedToken known = added.get(token);
        if (known == null && !tables.vocabulary().containsKey(token)) {
            throw RefractException.usage("The tokenizer in %s has no token '%s'; download the folder again.", folder, token);
        }
        return known == null ? tables.vocabulary().get(token) : known.id();
    }

    private void add(ConfigFile file, JsonElement element, int id) throws RefractException {
        if (!(element instanceof JsonObject token) || !token.has("content")) {
            throw file.wrong("added_tokens_decoder", "tokens with their content");
        }
        String content = file.text("content", token.get("content"));
        added.putIfAbsent(content, new AddedToken(content, id,
                flag(file, token, "normalized"), flag(file, token, "single_word"), flag(file, token, "lstrip"), flag(file, token, "rstrip")));
    }

    private static boolean flag(ConfigFile file, JsonObject token, String key) throws RefractException {
        return token.has(key) && file.flag(key, token.get(key));
    }

    /** A special token stands in the configuration as text or as an object with its content. */
    private static String special(ConfigFile file, String key, String otherwise) throws RefractException {
        return file.value(key).filter(JsonElement::isJsonObject).isPresent()
                ? file.text(key, object(file, key).get("content"))
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
