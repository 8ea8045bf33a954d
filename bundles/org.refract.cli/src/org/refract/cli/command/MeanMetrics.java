package org.refract.cli.command;

import java.util.HashMap;
import java.util.Map;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

/** Of the many numbers that a training reports for each of its dictionaries, passes on the mean of those that tell how it goes. */
final class MeanMetrics extends ForwardingMonitor {

    private static final Map<String, String> SHOWN = Map.of("explained_variance", "explained variance", "l0", "L0", "dead", "dead");

    private final Monitor next;
    private final String prefix;
    private final Map<String, Map<String, Double>> latest = new HashMap<>();

    /** @param dictionaries how many report */
    MeanMetrics(Monitor next, int dictionaries) {
        super(next);
        this.next = next;
        this.prefix = dictionaries == 1 ? "" : "mean ";
    }

    /** @param name DICTIONARY/METRIC */
    @Override
    public void metric(String name, double value) {
        String metric = name.substring(name.lastIndexOf('/') + 1);
        if (SHOWN.containsKey(metric)) {
            Map<String, Double> values = latest.computeIfAbsent(metric, m -> new HashMap<>());
            values.put(name, value);
            next.metric(prefix + SHOWN.get(metric), values.values().stream().mapToDouble(v -> v).average().orElse(value));
        }
    }
}
