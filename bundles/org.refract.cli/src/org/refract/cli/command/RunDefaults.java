package org.refract.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageRequest;
import org.refract.engine.unpack.RecordedRequest;
import org.refract.engine.unpack.RunFolder;

/**
 * What a picture is drawn with where nothing is said: with a run as its pictures were recorded, since its features mean the same only then, else as the
 * model has it.
 *
 * @param usual    what is drawn with where nothing is said
 * @param recorded how the run was recorded; empty without a run, or if it does not say
 */
record RunDefaults(ImageRequest usual, Optional<RecordedRequest> recorded) {

    /** Those of a model that is used with a run or alone. */
    static RunDefaults of(ImageRequest own, Optional<RunFolder> run) {
        Optional<RecordedRequest> recorded = run.flatMap(RecordedRequest::of);
        return new RunDefaults(recorded.map(r -> r.on(own)).orElse(own), recorded);
    }

    /** Says where a picture is drawn otherwise than the run was recorded. */
    void tell(ImageRequest request, Monitor monitor) {
        if (recorded.isEmpty()) {
            return;
        }
        List<String> other = new ArrayList<>();
        differ("steps", usual.steps(), request.steps(), other);
        differ("guidance", Math.max(1, usual.guidance()), Math.max(1, request.guidance()), other);
        differ("size", usual.width() + "x" + usual.height(), request.width() + "x" + request.height(), other);
        differ("scheduler", usual.scheduler().orElse("the model's own"), request.scheduler().orElse("the model's own"), other);
        if (!other.isEmpty()) {
            monitor.note("This is not how the run was recorded: " + String.join(", ", other) + "; its features may mean something else so.");
        }
    }

    private static void differ(String name, Object recorded, Object now, List<String> other) {
        if (!recorded.equals(now)) {
            other.add("%s %s instead of %s".formatted(name, now, recorded));
        }
    }
}
