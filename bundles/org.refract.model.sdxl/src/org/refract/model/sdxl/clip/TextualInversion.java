package org.refract.model.sdxl.clip;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;
import org.refract.model.sdxl.weights.StoredWeight;
import org.refract.model.sdxl.weights.WeightFile;

/**
 * A word whose token embeddings were learnt (An Image is Worth One Word, section 4), of one or several vectors.
 *
 * @param token   the word in a prompt
 * @param vectors what it means to each text encoder that the file is for
 * @param file    where it was read from
 */
public record TextualInversion(String token, List<Vectors> vectors, Path file) {

    /** Names in files of web UIs and trainers, of the first and of the second text encoder. */
    private static final Map<String, Integer> ENCODERS = Map.of("clip_l", 1, "clip_g", 2, "text_encoders_0", 1, "text_encoders_1", 2);
    /** The web UI's files for models with one text encoder. */
    private static final String SINGLE = "emb_params";
    private static final String NAMED = "string_to_param.";

    /**
     * Embeddings for one encoder.
     *
     * @param encoder 1 or 2, or 0 for the one whose width it is
     * @param values  {@code count} rows of {@code width}
     * @param count   number of tokens
     * @param width   width of the encoder
     */
    public record Vectors(int encoder, float[] values, int count, int width) {
    }

    /**
     * Reads {@code clip_l} and {@code clip_g} (kohya, web UIs), {@code string_to_param} and {@code emb_params} (web UIs), or a word with its
     * vectors (diffusers); from safetensors, or from what {@code torch.save} wrote without running anything in it. The word is the
     * file's own, else the file's name.
     *
     * @throws RefractException if it holds no token embeddings
     */
    public static TextualInversion read(Path file) throws RefractException {
        try (WeightFile weights = WeightFile.open(file); Scope scope = Scope.open(Placement.CPU)) {
            List<Vectors> vectors = new ArrayList<>();
            String word = weights.metadata().getOrDefault("name", "").isBlank() ? stem(file) : weights.metadata().get("name");
            for (StoredWeight stored : weights.weights().values()) {
                int dimensions = stored.shape().dimension();
                boolean single = weights.weights().size() == 1;
                if (dimensions < 1 || dimensions > 2 || stored.shape().size() == 0
                        || !(ENCODERS.containsKey(stored.name()) || stored.name().startsWith(NAMED) || single)) {
                    throw unknown(file, stored.name());
                }
                if (single && !ENCODERS.containsKey(stored.name()) && !stored.name().equals(SINGLE) && !stored.name().startsWith(NAMED)) {
                    word = stored.name();
                }
                NDArray values = DTypes.cast(scope.manager(), weights.read(stored.name(), scope.manager()), TorchType.FLOAT32);
                int width = (int) stored.shape().get(dimensions - 1);
                vectors.add(new Vectors(ENCODERS.getOrDefault(stored.name(), 0), finite(file, Tensors.floats(values)),
                        dimensions == 1 ? 1 : (int) stored.shape().get(0), width));
            }
            if (vectors.isEmpty()) {
                throw RefractException.usage("%s holds no token embeddings; is it a textual inversion?", file);
            }
            return new TextualInversion(word.strip(), List.copyOf(vectors), file);
        }
    }

    /**
     * Makes the word known to a tokenizer and its text encoder.
     *
     * @param number 1 or 2: which of the model's text encoders it is
     * @param owner  keeps the longer embedding table
     * @return the tokenizer with the word, or the same one if the file has nothing for this encoder
     * @throws RefractException if the vectors have another width, or the tokenizer knows the word
     */
    public Tokenizer addTo(Tokenizer tokenizer, TextEncoder encoder, int number, Scope owner) throws RefractException {
        int width = encoder.config().hiddenSize();
        Optional<Vectors> found = vectors.stream().filter(v -> v.encoder == number || v.encoder == 0 && v.width == width).findFirst();
        if (found.isEmpty()) {
            return tokenizer;
        }
        Vectors rows = found.get();
        if (rows.width != width) {
            throw RefractException.usage("%s is for another model: its vectors have the width %d, and text encoder %d has %d.", file, rows.width,
                    number, width);
        }
        if (token.isEmpty() || tokenizer.hasAdded(token)) {
            throw RefractException.usage("%s cannot be added: the word '%s' has a meaning of its own already; rename the file.", file, token);
        }
        if (rows.count > tokenizer.maxLength() - 2) {
            throw RefractException.usage("%s has %d vectors for one word, and a prompt has room for %d.", file, rows.count, tokenizer.maxLength() - 2);
        }
        NDArray table = Tensors.of(owner.manager(), rows.values, rows.count, rows.width);
        int first = encoder.addTokens(table, owner);
        table.close();
        return tokenizer.with(token, IntStream.range(first, first + rows.count).boxed().toList());
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
