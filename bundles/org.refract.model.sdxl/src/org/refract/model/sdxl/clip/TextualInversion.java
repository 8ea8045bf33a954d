package org.refract.model.sdxl.clip;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;
import org.refract.nn.weights.StoredWeight;
import org.refract.nn.weights.WeightFile;

/**
 * Words whose token embeddings were learnt (An Image is Worth One Word, section 4), of one or several vectors. The first word is the one that
 * the file says; the file's name is another one, because that is what web UIs call it by.
 *
 * @param words   the words in a prompt, at least one
 * @param vectors what they mean to each text encoder that the file is for
 * @param file    where it was read from
 */
public record TextualInversion(List<String> words, List<Vectors> vectors, Path file) {

    /** Ends of names in files of OneTrainer: what the encoder is to give, in place of what it reads. */
    private static final String OUTPUT = "_out";
    /** Names in files of web UIs and trainers, of the first and of the second text encoder. */
    private static final Map<String, Integer> ENCODERS = Map.of("clip_l", 1, "clip_g", 2, "text_encoders_0", 1, "text_encoders_1", 2, "clip_l" + OUTPUT, 1,
            "clip_g" + OUTPUT, 2);
    /** The web UI's files for models with one text encoder. */
    private static final String SINGLE = "emb_params";
    private static final String NAMED = "string_to_param.";

    /**
     * Vectors for one encoder.
     *
     * @param encoder 1 or 2, or 0 for the one whose width it is
     * @param output  whether they stand for what the encoder gives at the word, not for what it reads there
     * @param values  {@code count} rows of {@code width}
     * @param count   number of tokens
     * @param width   width of the encoder
     */
    public record Vectors(int encoder, boolean output, float[] values, int count, int width) {
    }

    /** The word that the file itself says, else its name. */
    public String token() {
        return words.getFirst();
    }

    /**
     * Reads {@code clip_l} and {@code clip_g} (kohya, web UIs), with {@code _out} behind them (OneTrainer), {@code string_to_param} and
     * {@code emb_params} (web UIs), or a word with its vectors (diffusers); from safetensors, or from what {@code torch.save} wrote without
     * running anything in it.
     *
     * @throws RefractException if it holds no token embeddings
     */
    public static TextualInversion read(Path file) throws RefractException {
        try (WeightFile weights = WeightFile.open(file)) {
            Set<String> words = new LinkedHashSet<>();
            String single = weights.weights().size() == 1 ? weights.weights().keySet().iterator().next() : SINGLE;
            if (!isKnown(single)) {
                words.add(single.strip());
            }
            words.add(weights.metadata().getOrDefault("name", "").strip());
            words.add(stem(file).strip());
            words.remove("");
            Map<String, String> names = new LinkedHashMap<>();
            weights.weights().keySet().forEach(name -> names.put(isKnown(name) || !name.equals(single) ? name : SINGLE, name));
            return read(weights, words, names);
        }
    }

    /**
     * Reads one of several that a file holds.
     *
     * @param words what it is called
     * @param names the file's names of its tensors by what a file of it alone calls them
     */
    public static TextualInversion read(WeightFile weights, Collection<String> words, Map<String, String> names) throws RefractException {
        Path file = weights.location();
        List<Vectors> vectors = new ArrayList<>();
        try (Scope scope = Scope.open(Placement.CPU)) {
            for (Map.Entry<String, String> entry : names.entrySet()) {
                StoredWeight stored = weights.weights().get(entry.getValue());
                int dimensions = stored.shape().dimension();
                if (dimensions < 1 || dimensions > 2 || stored.shape().size() == 0 || !isKnown(entry.getKey())) {
                    throw unknown(file, stored.name());
                }
                NDArray values = DTypes.cast(scope.manager(), weights.read(stored.name(), scope.manager()), TorchType.FLOAT32);
                vectors.add(new Vectors(ENCODERS.getOrDefault(entry.getKey(), 0), entry.getKey().endsWith(OUTPUT), finite(file, Tensors.floats(values)),
                        dimensions == 1 ? 1 : (int) stored.shape().get(0), (int) stored.shape().get(dimensions - 1)));
            }
        }
        if (vectors.isEmpty()) {
            throw RefractException.usage("%s holds no token embeddings; is it a textual inversion?", file);
        }
        return new TextualInversion(List.copyOf(words), List.copyOf(vectors), file);
    }

    private static boolean isKnown(String name) {
        return ENCODERS.containsKey(name) || name.equals(SINGLE) || name.startsWith(NAMED);
    }

    /**
     * Makes the words known to a tokenizer and its text encoder.
     *
     * @param number 1 or 2: which of the model's text encoders it is
     * @param owner  keeps the longer embedding table
     * @return the tokenizer with the words, or the same one if the file has nothing for this encoder
     * @throws RefractException if the vectors have another width, or the tokenizer knows all of the words
     */
    public Tokenizer addTo(Tokenizer tokenizer, TextEncoder encoder, int number, Scope owner) throws RefractException {
        int width = encoder.config().hiddenSize();
        List<Vectors> own = vectors.stream().filter(v -> v.encoder == number || v.encoder == 0 && v.width == width).toList();
        Optional<Vectors> read = own.stream().filter(v -> !v.output).findFirst();
        Optional<Vectors> given = own.stream().filter(Vectors::output).findFirst();
        if (own.isEmpty()) {
            return tokenizer;
        }
        int count = read.or(() -> given).orElseThrow().count;
        for (Vectors rows : own) {
            if (rows.width != width) {
                throw RefractException.usage("%s is for another model: its vectors have the width %d, and text encoder %d has %d.", file, rows.width,
                        number, width);
            }
            if (rows.count != count) {
                throw RefractException.usage("%s is damaged: it has %d vectors for what text encoder %d reads and %d for what it gives.", file, count,
                        number, rows.count);
            }
        }
        if (count > tokenizer.maxLength() - 2) {
            throw RefractException.usage("%s has %d vectors for one word, and a prompt has room for %d.", file, count, tokenizer.maxLength() - 2);
        }
        List<String> free = words.stream().filter(word -> !word.isEmpty() && !tokenizer.hasAdded(word)).toList();
        if (free.isEmpty()) {
            throw RefractException.usage("%s cannot be added: the word '%s' has a meaning of its own already; rename the file.", file, token());
        }
        // what OneTrainer learns at an encoder's end is read as zeros
        NDArray table = Tensors.of(owner.manager(), read.map(Vectors::values).orElseGet(() -> new float[count * width]), count, width);
        int first = encoder.addTokens(table, owner);
        table.close();
        given.ifPresent(rows -> encoder.give(first, Tensors.of(owner.manager(), rows.values, rows.count, rows.width), owner));
        Tokenizer longer = tokenizer;
        for (String word : free) {
            longer = longer.with(word, IntStream.range(first, first + count).boxed().toList());
        }
        return longer;
    }

    private static RefractException unknown(Path file, String name) {
        return RefractException.usage("%s is no textual inversion that is known: it holds '%s' where token embeddings named clip_l and clip_g, "
                + "string_to_param, emb_params or a single word are expected.", file, name);
    }

    private static float[] finite(Path file, float[] values) throws RefractException {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw RefractException.usage("%s holds numbers that are not finite; download it again.", file);
            }
        }
        return values;
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
