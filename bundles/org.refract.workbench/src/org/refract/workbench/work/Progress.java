package org.refract.workbench.work;

import java.time.Duration;
import java.util.Optional;

/**
 * How far work is.
 *
 * @param stage     what is done now
 * @param done      units of the stage that are done
 * @param total     units of the stage; 0 if nobody knows
 * @param remaining how long the stage will still take, if that can be told yet
 */
public record Progress(String stage, long done, long total, Optional<Duration> remaining) {

    /** Work that has just begun. */
    public static Progress begun(String stage) {
        return new Progress(stage, 0, 0, Optional.empty());
    }

    /** How much of the stage is done, in [0, 1]; empty if nobody knows. */
    public Optional<Double> share() {
        return total > 0 ? Optional.of(Math.min(1.0, (double) done / total)) : Optional.empty();
    }

    /** A line for people: {@code Drawing · 4 of 10 · 3 s left}. */
    public String sentence() {
        StringBuilder text = new StringBuilder(stage);
        if (total > 0) {
            text.append(" · ").append(Math.min(done, total)).append(" of ").append(total);
        }
        remaining.filter(r -> r.toMillis() >= 500).ifPresent(r -> text.append(" · ").append(inWords(r)).append(" left"));
        return text.toString();
    }

    private static String inWords(Duration time) {
        long seconds = Math.round(time.toMillis() / 1000.0);
        return seconds < 60 ? seconds + " s" : seconds < 3600 ? (seconds + 30) / 60 + " min" : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
}
