package org.refract.engine.unpack;

import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.engine.job.RunRecord;
import org.refract.engine.store.StoreManifest;

/**
 * How the pictures were drawn from which a run's dictionaries learnt. Their features mean the same only in pictures that are drawn so,
 * whatever the model would draw with by itself: a model that can take four steps may have been recorded at one.
 *
 * @param steps     denoising steps
 * @param guidance  classifier-free guidance scale; at most 1 means none
 * @param size      of the pictures, where the run says it
 * @param scheduler where another one than the model's own was chosen
 */
public record RecordedRequest(int steps, double guidance, Optional<Size> size, Optional<String> scheduler) {
    private static final String STEPS = "recorded.steps";
    private static final String GUIDANCE = "recorded.guidance";

    /**
     * Of a picture.
     *
     * @param height in pixels
     * @param width  in pixels
     */
    public record Size(int height, int width) {
    }

    /**
     * What a run says of it: its stores, or where those were deleted its record, or the pictures that it shows. Empty if nothing of a run
     * is left that says it.
     */
    public static Optional<RecordedRequest> of(RunFolder run) {
        return StoreManifest.ofRun(run.path()).flatMap(RecordedRequest::of).or(() -> ofRecord(run)).or(() -> ofShowcase(run));
    }

    private static Optional<RecordedRequest> of(StoreManifest manifest) {
        Optional<Integer> height = number(manifest, "height").map(Double::intValue);
        Optional<Integer> width = number(manifest, "width").map(Double::intValue);
        return number(manifest, "guidance").map(guidance -> new RecordedRequest(manifest.denoisingSteps(), guidance,
                height.flatMap(h -> width.map(w -> new Size(h, w))), manifest.fact("scheduler").filter(name -> !name.isEmpty())));
    }

    private static Optional<Double> number(StoreManifest manifest, String fact) {
        return manifest.fact(fact).filter(text -> text.matches("\\d{1,9}(\\.\\d{1,9})?")).map(Double::parseDouble);
    }

    /** Keeps what a run draws with in its record, which stays when the recordings are deleted. */
    static void keep(ImageRequest request, RunRecord record) throws RefractException {
        record.fact(STEPS, request.steps()).fact(GUIDANCE, request.guidance());
    }

    private static Optional<RecordedRequest> ofRecord(RunFolder run) {
        if (!Files.isRegularFile(run.record())) {
            return Optional.empty();
        }
        try {
            RunRecord record = RunRecord.read(run.path());
            Optional<String> steps = Unpack.fact(record, STEPS);
            Optional<String> guidance = Unpack.fact(record, GUIDANCE);
            return steps.flatMap(s -> guidance.map(g -> new RecordedRequest((int) Double.parseDouble(s), Double.parseDouble(g), Optional.empty(),
                    Optional.empty())));
        } catch (RefractException | NumberFormatException damaged) {
            return Optional.empty();
        }
    }

    private static Optional<RecordedRequest> ofShowcase(RunFolder run) {
        try {
            List<Showcase> shown = ShowcaseFiles.read(run);
            return shown.stream().findFirst().map(s -> new RecordedRequest(s.steps(), s.guidance(), Optional.empty(), Optional.empty()));
        } catch (RefractException damaged) {
            return Optional.empty();
        }
    }

    /** A model's usual request, changed to draw as the run was recorded. */
    public ImageRequest on(ImageRequest usual) {
        ImageRequest request = usual.withSteps(steps).withGuidance(guidance);
        ImageRequest sized = size.map(s -> request.withSize(s.height(), s.width())).orElse(request);
        return scheduler.map(sized::withScheduler).orElse(sized);
    }
}
