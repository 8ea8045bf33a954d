package org.refract.report;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.refract.engine.job.RunRecord;

/**
 * What the clock says of a run, apart from everything else, so that the reports of two equal runs differ in this file alone.
 *
 * @param seconds from the start of the run to its end, or to this report
 * @param record  facts about the run that are times, name and value
 * @param phases  how long each part took, where the clock says so
 */
record Times(double seconds, List<List<String>> record, List<Phase> phases) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    /** A part of the run and how long it took. */
    record Phase(String name, double seconds) {
    }

    static Times of(RunRecord run) {
        Instant now = Instant.now();
        List<List<String>> pairs = new ArrayList<>();
        run.started().ifPresent(started -> pairs.add(List.of("started", TIME.format(started))));
        pairs.add(List.of("report", TIME.format(now)));
        double seconds = run.started().map(started -> Duration.between(started, run.ended().orElse(now)).toMillis() / 1000.0).orElse(0.0);
        return new Times(seconds, pairs, run.seconds().entrySet().stream().map(part -> new Phase(part.getKey(), part.getValue())).toList());
    }
}
