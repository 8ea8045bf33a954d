package org.refract.model.sdxl.clip;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CLIP's tokenizer: added tokens are cut out; the rest is brought to Unicode's form C, white space becomes single blanks, letters are
 * lower-cased one by one; the text is split into words, and words into byte pairs. Equal to the fast CLIPTokenizer of transformers.
 */
public final class Tokenizer {

    private static final int CACHED_WORDS = 4096;
    /** The longest word that is kept whole in the cache. */
    private static final int CACHED_LENGTH = 64;
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WORD = Pattern.compile(
            "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
            Pattern.UNICODE_CHARACTER_CLASS);
    /** The byte-level step splits once more, as GPT-2 does. */
    private static final Pattern PIECE = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    private final BytePairs bytePairs;
    private final List<AddedToken> added;
    private final Map<Integer, List<Integer>> expansions;
    private final List<AddedToken> verbatim;
    private final List<AddedToken> normalized;
    private final int start;
    private final int end;
    private final int pad;
    private final int maxLength;
    private final Map<String, List<Integer>> words = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<Integer>> eldest) {
            return size() > CACHED_WORDS;
        }
    };

    Tokenizer(BytePairs bytePairs, List<AddedToken> added, int start, int end, int pad, int maxLength) {
        this(bytePairs, added, Map.of(), start, end, pad, maxLength);
    }

    private Tokenizer(BytePairs bytePairs, List<AddedToken> added, Map<Integer, List<Integer>> expansions, int start, int end, int pad,
            int maxLength) {
        this.bytePairs = bytePairs;
        this.added = List.copyOf(added);
        this.expansions = Map.copyOf(expansions);
        Comparator<AddedToken> longestFirst = Comparator.comparingInt((AddedToken t) -> t.content().length()).reversed();
        // a token without characters would be found everywhere, without end; transformers passes it over
        List<AddedToken> found = added.stream().filter(t -> !t.content().isEmpty()).sorted(longestFirst).toList();
        this.verbatim = found.stream().filter(t -> !t.normalized()).toList();
        this.normalized = found.stream().filter(AddedToken::normalized).toList();
        this.start = start;
        this.end = end;
        this.pad = pad;
        this.maxLength = maxLength;
    }

    /**
     * A text as the text encoder wants it.
     *
     * @param ids exactly {@link #maxLength()} tokens: start, the text, end, then padding
     * @param cut how many tokens of the text were cut off
     */
    public record Tokens(long[] ids, int cut) {
    }

    /** Longest text in tokens, start and end included. */
    public int maxLength() {
        return maxLength;
    }

    /**
     * This tokenizer with one more word, which stands for tokens that the vocabulary does not have (textual inversion).
     *
     * @param word   is found in any case; where it begins or ends with a letter or digit, only as a whole word
     * @param tokens what it becomes
     */
    public Tokenizer with(String word, List<Integer> tokens) {
        List<AddedToken> more = new ArrayList<>(added);
        String content = normalize(word);
        boolean whole = isWord(content.codePointAt(0)) || isWord(content.codePointBefore(content.length()));
        more.add(new AddedToken(content, tokens.getFirst(), true, whole, false, false));
        Map<Integer, List<Integer>> longer = new HashMap<>(expansions);
        longer.put(tokens.getFirst(), List.copyOf(tokens));
        return new Tokenizer(bytePairs, more, longer, start, end, pad, maxLength);
    }

    /** Whether a word is one that was added to the vocabulary. */
    public boolean hasAdded(String word) {
        return added.stream().anyMatch(t -> t.content().equals(word) || t.content().equals(normalize(word)));
    }

    /** Whether a word that was added stands in a text. */
    public boolean holds(String text, String word) {
        List<Integer> tokens = tokens(text);
        return added.stream().anyMatch(t -> t.content().equals(normalize(word)) && tokens.contains(t.id()));
    }

    /** How many tokens stand together from this one on: more than one where it begins a word that was added. */
    public int together(int token) {
        return expansions.getOrDefault(token, List.of(token)).size();
    }

    /** The characters of tokens, words set apart by blanks; added words are left out. */
    public String decode(List<Integer> tokens) {
        return bytePairs.decode(tokens);
    }

    /** The token that begins a text. */
    public int start() {
        return start;
    }

    /** The token that ends a text. */
    public int end() {
        return end;
    }

    /** The token that fills up a text behind its end. */
    public int pad() {
        return pad;
    }

    /** The token of a comma; none if the vocabulary has no comma. */
    public Optional<Integer> comma() {
        return bytePairs.token("," + BytePairs.END_OF_WORD);
    }

    /** The text padded, or cut, to {@link #maxLength()}. */
    public Tokens encode(String text) {
        List<Integer> tokens = tokens(text);
        int kept = Math.min(tokens.size(), maxLength - 2);
        long[] ids = new long[maxLength];
        Arrays.fill(ids, pad);
        ids[0] = start;
        for (int i = 0; i < kept; i++) {
            ids[i + 1] = tokens.get(i);
        }
        ids[kept + 1] = end;
        return new Tokens(ids, tokens.size() - kept);
    }

    /** The text's own tokens, without start, end and padding. */
    public synchronized List<Integer> tokens(String text) {
        List<Integer> tokens = new ArrayList<>();
        cut(text, verbatim, tokens, raw -> cut(normalize(raw), normalized, tokens, part -> words(part, tokens)));
        return expansions.isEmpty() ? tokens : expanded(tokens);
    }

    private List<Integer> expanded(List<Integer> tokens) {
        return tokens.stream().flatMap(t -> expansions.getOrDefault(t, List.of(t)).stream()).toList();
    }

    /** Sends what lies between added tokens to {@code rest}, in order. */
    private static void cut(String text, List<AddedToken> added, List<Integer> tokens, Consumer<String> rest) {
        int from = 0;
        int at = 0;
        while (at < text.length()) {
            AddedToken found = null;
            for (AddedToken token : added) {
                if (text.startsWith(token.content(), at) && !(token.singleWord() && insideWord(text, at, at + token.content().length()))) {
                    found = token;
                    break;
                }
            }
            if (found == null) {
                at++;
                continue;
            }
            int left = at;
            while (found.lstrip() && left > from && Character.isWhitespace(text.charAt(left - 1))) {
                left--;
            }
            if (left > from) {
                rest.accept(text.substring(from, left));
            }
            tokens.add(found.id());
            at += found.content().length();
            while (found.rstrip() && at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            from = at;
        }
        if (from < text.length()) {
            rest.accept(text.substring(from));
        }
    }

    private static boolean insideWord(String text, int from, int to) {
        return from > 0 && isWord(text.codePointBefore(from)) || to < text.length() && isWord(text.codePointAt(to));
    }

    private static boolean isWord(int c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    private static String normalize(String text) {
        String spaced = WHITE_SPACE.matcher(Normalizer.normalize(text, Normalizer.Form.NFC)).replaceAll(" ");
        StringBuilder lower = new StringBuilder(spaced.length());
        spaced.codePoints().forEach(c -> lower.append(Character.toString(c).toLowerCase(Locale.ROOT)));
        return lower.toString();
    }

    private void words(String text, List<Integer> tokens) {
        Matcher word = WORD.matcher(text);
        while (word.find()) {
            Matcher piece = PIECE.matcher(word.group());
            while (piece.find()) {
                tokens.addAll(word(piece.group()));
            }
        }
    }

    private List<Integer> word(String word) {
        if (word.length() > CACHED_LENGTH) {
            return bytePairs.encode(word);
        }
        synchronized (words) {
            return words.computeIfAbsent(word, bytePairs::encode);
        }
    }
}
