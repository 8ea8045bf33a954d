package org.refract.analysis.captions;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The words and phrases of a prompt: runs of one to three words between punctuation marks that neither begin nor end with a word that
 * only joins others, so that "on a white background" gives "white", "background" and "white background".
 */
final class Phrases {
    private static final int LONGEST = 3;
    private static final Pattern BREAK = Pattern.compile("[^\\p{L}\\p{N}'’\\-\\s]+|\\s[-']+\\s");
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final Set<String> JOINING = Set.of("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "in", "into", "is",
            "it", "its", "of", "on", "or", "over", "that", "the", "their", "this", "to", "under", "was", "were", "which", "while", "with");

    private Phrases() {
    }

    /** The phrases of a prompt, each once, in order of their first place. */
    static Set<String> of(String prompt) {
        Set<String> phrases = new LinkedHashSet<>();
        for (String part : BREAK.split(prompt.toLowerCase(Locale.ROOT))) {
            List<String> words = words(part);
            for (int first = 0; first < words.size(); first++) {
                for (int length = 1; length <= LONGEST && first + length <= words.size(); length++) {
                    if (!JOINING.contains(words.get(first)) && !JOINING.contains(words.get(first + length - 1))) {
                        phrases.add(String.join(" ", words.subList(first, first + length)));
                    }
                }
            }
        }
        return phrases;
    }

    /** The words of a phrase. */
    static List<String> words(String phrase) {
        List<String> words = new ArrayList<>();
        for (String word : SPACE.split(phrase.strip())) {
            if (word.chars().anyMatch(Character::isLetterOrDigit)) {
                words.add(word);
            }
        }
        return words;
    }

    /** Whether two phrases share a word that says something. */
    static boolean overlap(String a, String b) {
        return words(a).stream().anyMatch(word -> !JOINING.contains(word) && words(b).contains(word));
    }
}
