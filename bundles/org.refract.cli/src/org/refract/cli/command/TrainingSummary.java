package org.refract.cli.command;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a training came to, a line per dictionary.
 *
 * @param metrics the last ones of each dictionary, by its name
 * @param places where each dictionary's data come from, by its name; only those of one place are compared
 */
record TrainingSummary(Map<String, Map<String, Double>> metrics, Map<String, String> places) {

    private static final List<String> COLUMNS = List.of("l0", "explained_variance", "dead", "steps");

    /**
     * The dictionaries that no other of their place beats: none explains as much with fewer active latents, or more with as many.
     */
    Set<String> front() {
        Set<String> front = new HashSet<>();
        for (String name : metrics.keySet()) {
            if (metrics.keySet().stream().noneMatch(other -> beats(other, name))) {
                front.add(name);
            }
        }
        return front;
    }

    private boolean beats(String one, String other) {
        double l0 = of(one, "l0") - of(other, "l0");
        double explained = of(one, "explained_variance") - of(other, "explained_variance");
        return places.get(one).equals(places.get(other)) && l0 <= 0 && explained >= 0 && (l0 < 0 || explained > 0);
    }

    private double of(String name, String metric) {
        return metrics.get(name).getOrDefault(metric, Double.NaN);
    }

    /** Prints the table; a star marks the Pareto front where there is something to compare. */
    void print(PrintWriter out) {
        int width = metrics.keySet().stream().mapToInt(String::length).max().orElse(0);
        boolean compared = metrics.size() > places.values().stream().distinct().count();
        Set<String> front = front();
        out.printf(Locale.ROOT, "%s  %8s  %9s  %6s  %8s%n", " ".repeat(width), "L0", "explained", "dead", "steps");
        for (String name : ordered()) {
            out.printf(Locale.ROOT, "%-" + width + "s  %8.1f  %9.4f  %6.0f  %8.0f%s%n", name, of(name, COLUMNS.get(0)), of(name, COLUMNS.get(1)),
                    of(name, COLUMNS.get(2)), of(name, COLUMNS.get(3)), compared && front.contains(name) ? "  *" : "");
        }
        if (compared) {
            out.println("* no other dictionary of its place explains as much with fewer active latents");
        }
    }

    /** By place, then by L0. */
    private List<String> ordered() {
        List<String> names = new ArrayList<>(metrics.keySet());
        List<String> order = places.values().stream().distinct().toList();
        names.sort((a, b) -> {
            int byPlace = Integer.compare(order.indexOf(places.get(a)), order.indexOf(places.get(b)));
            return byPlace != 0 ? byPlace : Double.compare(of(a, "l0"), of(b, "l0"));
        });
        return names;
    }
}
