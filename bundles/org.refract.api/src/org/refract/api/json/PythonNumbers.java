package org.refract.api.json;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

/**
 * The numbers of a JSON text in their order, among them the words {@code NaN}, {@code Infinity} and {@code -Infinity}, which Python's {@code
 * json.dump} writes and the JSON grammar does not have: in {@link #text()} a zero stands in each one's place, of the same length, so that a
 * strict reader's lines and columns stay those of the file.
 */
final class PythonNumbers {

    private static final Map<String, Double> WORDS =
            Map.of("NaN", Double.NaN, "Infinity", Double.POSITIVE_INFINITY, "-Infinity", Double.NEGATIVE_INFINITY);

    private String text;
    private final Map<Integer, Double> words = new HashMap<>();
    private int numbers;

    private PythonNumbers(String text) {
        this.text = text;
    }

    /** Finds the words outside of the strings of a text. */
    static PythonNumbers in(String text) {
        PythonNumbers found = new PythonNumbers(text);
        if (text.contains("NaN") || text.contains("Infinity")) {
            found.find();
        }
        return found;
    }

    /** The text with a zero for each word. */
    String text() {
        return text;
    }

    /** The next number as the text has it: a {@link BigDecimal}, or the {@link Double} of a word. */
    Number next(String token) {
        Double word = words.get(numbers++);
        return word == null ? new BigDecimal(token) : word;
    }

    private void find() {
        StringBuilder zeros = new StringBuilder(text);
        int count = 0;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                at = afterString(text, at);
            } else if (c == '-' || Character.isLetterOrDigit(c)) {
                int end = afterWord(text, at);
                String token = text.substring(at, end);
                if (WORDS.containsKey(token)) {
                    words.put(count++, WORDS.get(token));
                    zeros.replace(at, end, "0" + " ".repeat(token.length() - 1));
                } else if (!Character.isLetter(c)) {
                    count++;
                }
                at = end;
            } else {
                at++;
            }
        }
        text = zeros.toString();
    }

    private static int afterString(String json, int quote) {
        int at = quote + 1;
        while (at < json.length() && json.charAt(at) != '"') {
            at += json.charAt(at) == '\\' ? 2 : 1;
        }
        return at + 1;
    }

    private static int afterWord(String json, int start) {
        int at = start;
        while (at < json.length() && (Character.isLetterOrDigit(json.charAt(at)) || "+-.".indexOf(json.charAt(at)) >= 0)) {
            at++;
        }
        return at;
    }
}
