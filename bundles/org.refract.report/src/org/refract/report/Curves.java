package org.refract.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.engine.train.RunLog;

/**
 * A training log, thinned to what a chart can show.
 *
 * @param steps   training steps, ascending
 * @param metrics a value per step by the metric's name; NaN where the log has none
 */
record Curves(List<Long> steps, Map<String, List<Double>> metrics) {
    private static final int MOST_POINTS = 600;

    /** Reads a log; there may be none. */
    static Curves read(Path log) throws RefractException {
        return Files.isRegularFile(log) ? of(RunLog.read(log)) : new Curves(List.of(), Map.of());
    }

    private static Curves of(List<RunLog.Entry> lines) {
        int stride = Math.max(1, (lines.size() + MOST_POINTS - 1) / MOST_POINTS);
        List<RunLog.Entry> kept = new ArrayList<>();
        for (int i = lines.size() - 1; i >= 0; i -= stride) {
            kept.addFirst(lines.get(i));
        }
        Map<String, List<Double>> metrics = new LinkedHashMap<>();
        kept.forEach(line -> line.metrics().keySet().forEach(name -> metrics.putIfAbsent(name, new ArrayList<>())));
        metrics.forEach((name, values) -> kept.forEach(line -> values.add(line.metrics().getOrDefault(name, Double.NaN))));
        return new Curves(kept.stream().map(RunLog.Entry::step).toList(), metrics);
    }

    /** The last value of a metric, NaN if there is none. */
    double last(String metric) {
        return metrics.getOrDefault(metric, List.of()).reversed().stream().filter(Double::isFinite).findFirst().orElse(Double.NaN);
    }
}
