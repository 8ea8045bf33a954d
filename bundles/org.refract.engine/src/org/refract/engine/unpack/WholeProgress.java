package org.refract.engine.unpack;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

/**
 * Tells the stages of all phases on, and how far the whole job is: the metrics {@link Unpack#DONE} and {@link Unpack#MINUTES_LEFT}, by the
 * phases' usual shares of the time and the speed of this machine so far. While several dictionaries are trained it also tells the mean of
 * their explained variances.
 */
final class WholeProgress extends ForwardingMonitor {
    private static final String EXPLAINED = "/explained_variance";
    /** An estimate from less of the job than this would jump. */
    private static final double EARLIEST = 0.01;

    private final Monitor monitor;
    private final LongSupplier nanos;
    private final double total;
    private final double weightBefore;
    private final long began;
    private final Map<String, Double> explained = new HashMap<>();
    private double weightDone;
    private double phaseWeight;
    private List<Double> shares = List.of();
    private int stage = -1;
    private long stageTotal;
    private long stageDone;
    private String prefix = "";

    /**
     * @param total  the weights of all phases
     * @param before the weights of those that were done before
     */
    WholeProgress(Monitor monitor, double total, double before, LongSupplier nanos) {
        super(monitor);
        this.monitor = monitor;
        this.total = total;
        this.weightBefore = before;
        this.weightDone = before;
        this.nanos = nanos;
        this.began = nanos.getAsLong();
    }

    /** Begins a phase. */
    void begin(Phase phase, List<Double> stageShares, String number) {
        phaseWeight = phase.weight();
        shares = stageShares;
        stage = -1;
        stageTotal = 0;
        stageDone = 0;
        prefix = number + " ";
        explained.clear();
    }

    /** The phase is done. */
    void end() {
        weightDone += phaseWeight;
        phaseWeight = 0;
        stage = -1;
        tell();
    }

    @Override
    public void stage(String title, long units) {
        stage++;
        stageTotal = units;
        stageDone = 0;
        monitor.stage(prefix + title, units);
        tell();
    }

    @Override
    public void advance(long units) {
        stageDone += units;
        tell();
        monitor.advance(units);
    }

    @Override
    public void metric(String name, double value) {
        monitor.metric(name, value);
        if (name.endsWith(EXPLAINED)) {
            explained.put(name, value);
            monitor.metric("explained variance", explained.values().stream().mapToDouble(v -> v).average().orElse(0));
        }
    }

    /** How much of the whole job is done, in [0, 1]. */
    double done() {
        double all = shares.stream().mapToDouble(s -> s).sum();
        double now = 0;
        if (stage >= 0 && all > 0) {
            for (int i = 0; i < Math.min(stage, shares.size()); i++) {
                now += shares.get(i);
            }
            if (stage < shares.size() && stageTotal > 0) {
                now += shares.get(stage) * Math.clamp((double) stageDone / stageTotal, 0, 1);
            }
            now /= all;
        }
        return (weightDone + phaseWeight * now) / total;
    }

    private void tell() {
        double done = done();
        double since = done - weightBefore / total;
        monitor.metric(Unpack.DONE, done);
        if (since > EARLIEST) {
            double minutes = (nanos.getAsLong() - began) / 60e9;
            monitor.metric(Unpack.MINUTES_LEFT, minutes * (1 - done) / since);
        }
    }
}
