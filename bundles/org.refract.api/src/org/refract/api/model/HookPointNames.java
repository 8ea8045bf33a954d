package org.refract.api.model;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Finds the names a person may have meant. */
final class HookPointNames {
    private HookPointNames() {
    }

    /** {@code ; did you mean a, b or c?}, or a full stop where nothing is near. */
    static String suggestion(String wanted, List<HookPointInfo> points) {
        String near = points.stream().map(HookPointInfo::path)
                .sorted(Comparator.comparingInt(path -> distance(wanted, path))).limit(3).collect(Collectors.joining(", "));
        return near.isEmpty() ? "." : "; the nearest names are " + near + " (refract inspect lists all).";
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                row[j] = Math.min(Math.min(row[j - 1], above) + 1, diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
