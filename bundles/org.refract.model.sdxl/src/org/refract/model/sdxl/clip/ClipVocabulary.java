package org.refract.model.sdxl.clip;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * The vocabulary of OpenAI's CLIP (Learning Transferable Visual Models From Natural Language Supervision, section 2.4), which all models
 * of the Stable Diffusion family share: 256 bytes, the same at the end of a word, 48 894 learnt pairs, a start and an end.
 */
public final class ClipVocabulary {

    public static final String START = "<|startoftext|>";
    public static final String END = "<|endoftext|>";
    /** The token with the number 0, with which the second encoder's texts are padded. */
    public static final String FIRST = "!";
    private static final int MAX_LENGTH = 77;

    private ClipVocabulary() {
    }

    /** @param pad what fills a text up to 77 tokens */
    public static Tokenizer tokenizer(String pad) {
        return tokenizers(List.of(pad)).getFirst();
    }

    /**
     * Tokenizers that share the vocabulary.
     *
     * @param pads what fills a text of each up to 77 tokens
     */
    public static List<Tokenizer> tokenizers(List<String> pads) {
        BytePairTables tables = tables();
        int start = tables.vocabulary().size();
        int end = start + 1;
        List<AddedToken> added = List.of(new AddedToken(START, start, false, false, false, false), new AddedToken(END, end, false, false, false, false));
        return pads.stream().map(pad -> new Tokenizer(new BytePairs(tables, end), added, start, end,
                pad.equals(END) ? end : tables.vocabulary().get(pad), MAX_LENGTH)).toList();
    }

    private static BytePairTables tables() {
        Map<String, Integer> vocabulary = new HashMap<>();
        List<String> bytes = BytePairs.symbolsByNumber();
        bytes.forEach(symbol -> vocabulary.put(symbol, vocabulary.size()));
        bytes.forEach(symbol -> vocabulary.put(symbol + BytePairs.END_OF_WORD, vocabulary.size()));
        Map<String, Integer> ranks = new HashMap<>();
        try (var in = ClipVocabulary.class.getResourceAsStream("clip-merges.txt.gz");
                var lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int blank = line.indexOf(' ');
                String left = line.substring(0, blank);
                String right = line.substring(blank + 1);
                ranks.put(BytePairTables.pair(left, right), ranks.size());
                vocabulary.put(left + right, vocabulary.size());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BytePairTables(vocabulary, ranks);
    }
}
