package org.refract.cli.curves;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.plot.Series.Line;
import org.refract.plot.BraillePlot;
import org.refract.plot.Ticks;

/**
 * The names of curves with their last numbers, a line each, under the names of what is plotted.
 *
 * @param last last number of each metric, by the curve's name; a metric may be missing
 * @param metrics the columns
 */
record Legend(Map<String, Map<String, Double>> last, List<String> metrics) {

    private static final String MARK = "━";
    private static final int LEAST_NAME = 12;
    private static final int LEAST_NUMBER = 8;

    /** The legend of several plots. */
    static Legend of(Map<String, List<Line>> plots) {
        Map<String, Map<String, Double>> last = new LinkedHashMap<>();
        plots.forEach((metric, curves) -> curves.forEach(curve -> last.computeIfAbsent(curve.name(), c -> new LinkedHashMap<>())
                .put(metric, curve.y()[curve.y().length - 1])));
        return new Legend(last, List.copyOf(plots.keySet()));
    }

    /**
     * The lines. Where the window is too narrow, the last columns are left out.
     *
     * @param columns characters of a line
     * @param rows lines at most; names that find no place are counted in the last one
     * @param coloured whether curves are told apart by colour escapes
     */
    List<String> lines(int columns, int rows, boolean coloured) {
        if (metrics.size() > 1 && metrics.stream().mapToInt(m -> width(m) + 2).sum() + MARK.length() + 2 + LEAST_NAME > columns) {
            return new Legend(last, metrics.subList(0, metrics.size() - 1)).lines(columns, rows, coloured);
        }
        List<Integer> widths = metrics.stream().map(Legend::width).toList();
        int numbers = widths.stream().mapToInt(w -> w + 2).sum();
        int longest = last.keySet().stream().mapToInt(String::length).max().orElse(0);
        int room = Math.clamp(columns - numbers - 3, LEAST_NAME, Math.max(LEAST_NAME, longest));
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder(" ".repeat(room + 2));
        for (int i = 0; i < metrics.size(); i++) {
            head.append("  ").append(right(metrics.get(i), widths.get(i)));
        }
        lines.add(head.toString());
        int place = 0;
        for (var curve : last.entrySet()) {
            if (lines.size() == rows - 1 && last.size() - place > 1) {
                lines.add("… and " + (last.size() - place) + " more");
                break;
            }
            StringBuilder line = new StringBuilder(coloured ? BraillePlot.paint(MARK, place) : MARK).append(' ').append(shortened(curve.getKey(), room));
            for (int i = 0; i < metrics.size(); i++) {
                Double value = curve.getValue().get(metrics.get(i));
                line.append("  ").append(right(value == null ? "" : Ticks.number(value), widths.get(i)));
            }
            lines.add(line.toString());
            place++;
        }
        return lines;
    }

    private static int width(String metric) {
        return Math.max(metric.length(), LEAST_NUMBER);
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }

    /** The end of a name says what varies. */
    private static String shortened(String name, int room) {
        return name.length() <= room ? name + " ".repeat(room - name.length()) : "…" + name.substring(name.length() - room + 1);
    }
}
