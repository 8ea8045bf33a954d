package org.refract.model.sdxl.clip;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Byte-pair encoding of words (Neural Machine Translation of Rare Words with Subword Units; on bytes as in GPT-2, with {@code </w>} at the
 * end of a word as in CLIP): of all neighbouring symbols, the pair that was learnt first is joined, until no known pair is left.
 */
final class BytePairs {

    static final String END_OF_WORD = "</w>";
    private static final String[] BYTE_SYMBOLS = byteSymbols();

    private final Map<String, Integer> vocabulary;
    private final Map<String, Integer> ranks;
    private final int unknown;

    /** Two neighbouring symbols. */
    private record Pair(String left, String right) {
    }

    /** @param unknown the token for what is not in the vocabulary */
    BytePairs(BytePairTables tables, int unknown) {
        this.vocabulary = tables.vocabulary();
        this.ranks = tables.ranks();
        this.unknown = unknown;
    }

    /** The tokens of one word. */
    List<Integer> encode(String word) {
        List<String> symbols = new ArrayList<>();
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(BYTE_SYMBOLS[b & 0xff]);
        }
        symbols.add(symbols.removeLast() + END_OF_WORD);
        join(symbols);
        return symbols.stream().map(s -> vocabulary.getOrDefault(s, unknown)).toList();
    }

    /** The characters of tokens; words are set apart by blanks. */
    String decode(List<Integer> tokens) {
        Map<Integer, String> symbols = new HashMap<>();
        Set<Integer> wanted = Set.copyOf(tokens);
        vocabulary.forEach((symbol, token) -> {
            if (wanted.contains(token)) {
                symbols.put(token, symbol);
            }
        });
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int token : tokens) {
            String symbol = symbols.getOrDefault(token, "");
            boolean ends = symbol.endsWith(END_OF_WORD);
            String visible = ends ? symbol.substring(0, symbol.length() - END_OF_WORD.length()) : symbol;
            visible.chars().forEach(c -> bytes.write(Arrays.asList(BYTE_SYMBOLS).indexOf(String.valueOf((char) c))));
            if (ends) {
                bytes.write(' ');
            }
        }
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }

    /** The token of a symbol, if it is one. */
    Optional<Integer> token(String symbol) {
        return Optional.ofNullable(vocabulary.get(symbol));
    }

    /** All places of the best pair are joined in one sweep: a pair that contains the joined symbol was learnt later, so none comes first. */
    private void join(List<String> symbols) {
        for (Optional<Pair> best = best(symbols); best.isPresent(); best = best(symbols)) {
            Pair pair = best.get();
            int kept = 0;
            for (int i = 0; i < symbols.size(); i++) {
                boolean here = i + 1 < symbols.size() && symbols.get(i).equals(pair.left) && symbols.get(i + 1).equals(pair.right);
                symbols.set(kept++, here ? pair.left + pair.right : symbols.get(i));
                i += here ? 1 : 0;
            }
            symbols.subList(kept, symbols.size()).clear();
        }
    }

    private Optional<Pair> best(List<String> symbols) {
        int best = Integer.MAX_VALUE;
        int found = -1;
        for (int i = 0; i + 1 < symbols.size(); i++) {
            int rank = ranks.getOrDefault(BytePairTables.pair(symbols.get(i), symbols.get(i + 1)), Integer.MAX_VALUE);
            if (rank < best) {
                best = rank;
                found = i;
            }
        }
        return found < 0 ? Optional.empty() : Optional.of(new Pair(symbols.get(found), symbols.get(found + 1)));
    }

    /** The symbols of the bytes in the order of CLIP's vocabulary: the printable ones first. */
    static List<String> symbolsByNumber() {
        return Arrays.stream(BYTE_SYMBOLS).sorted(Comparator.comparingInt(s -> s.charAt(0))).toList();
    }

    /** GPT-2's visible character for each byte: itself where it is printable, else the next one from U+0100 on. */
    private static String[] byteSymbols() {
        String[] symbols = new String[256];
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae;
            symbols[b] = String.valueOf((char) (printable ? b : next++));
        }
        return symbols;
    }
}
