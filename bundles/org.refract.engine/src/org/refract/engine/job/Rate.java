package org.refract.engine.job;

import java.time.Duration;
import java.util.Optional;

/**
 * Units per second, smoothed exponentially over about {@value #MEMORY_SECONDS} seconds, so that an estimate follows a change of speed and
 * does not jump with each step.
 */
final class Rate {

    private static final double MEMORY_SECONDS = 20;
    private static final double SECOND = 1e9;

    private long since;
    private double units;
    private double seconds;

    Rate(long nanos) {
        since = nanos;
    }

    /** Says that {@code done} units took the time since the last report. */
    void advance(long done, long nanos) {
        double passed = Math.max(0, nanos - since) / SECOND;
        double kept = Math.exp(-passed / MEMORY_SECONDS);
        units = units * kept + done;
        seconds = seconds * kept + passed;
        since = nanos;
    }

    /** The time that {@code left} units will take, once some are done. */
    Optional<Duration> estimate(long left) {
        return units <= 0 || seconds <= 0 ? Optional.empty() : Optional.of(Duration.ofMillis(Math.round(left * seconds / units * 1000)));
    }
}
