package org.refract.workbench.work;

import java.time.Duration;
import java.util.Optional;

/**
 * How far work is.
 *
 * @param stage     what is done now
 * @param share     of the stage that is done, in [0, 1]; empty if nobody knows
 * @param remaining how long the stage will still take, if that can be told yet
 */
public record Progress(String stage, Optional<Double> share, Optional<Duration> remaining) {

    /** A line for people: {@code Drawing · 40 % · 3 s left}. */
    public String sentence() {
        StringBuilder text = new StringBuilder(stage);
        share.ifPresent(s -> text.append(" · ").append(Math.round(100 * s)).append(" %"));
        remaining.filter(r -> r.toMillis() >= 500).ifPresent(r -> text.append(" · ").append(inWords(r)).append(" left"));
        return text.toString();
    }

    private static String inWords(Duration time) {
        long seconds = Math.round(time.toMillis() / 1000.0);
        return seconds < 60 ? seconds + " s" : seconds < 3600 ? (seconds + 30) / 60 + " min" : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
}
