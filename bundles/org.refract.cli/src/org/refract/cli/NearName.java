package org.refract.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Which names somebody may have meant who wrote one that is none. */
final class NearName {
    private static final int MOST = 3;

    private NearName() {
    }

    /** Names that begin with the word, or differ from it in a letter of three at most, the nearest first. */
    static List<String> of(String word, Collection<String> names) {
        int tolerated = Math.max(1, word.replaceFirst("^--?", "").length() / 3);
        return names.stream().filter(name -> word.length() > 2 && (name.startsWith(word) || distance(word, name) <= tolerated))
                .sorted(Comparator.comparingInt((String name) -> distance(word, name)).thenComparing(Comparator.naturalOrder())).limit(MOST).toList();
    }

    /** Letters to insert, delete, replace, or swap with the next one (Damerau and Levenshtein's, each place once). */
    static int distance(String one, String other) {
        int[][] distance = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                if (i == 0 || j == 0) {
                    distance[i][j] = i + j;
                    continue;
                }
                int replaced = distance[i - 1][j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                distance[i][j] = Math.min(replaced, Math.min(distance[i - 1][j], distance[i][j - 1]) + 1);
                if (i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1)) {
                    distance[i][j] = Math.min(distance[i][j], distance[i - 2][j - 2] + 1);
                }
            }
        }
        return distance[one.length()][other.length()];
    }
}
