package org.refract.engine.unpack;

import java.nio.file.Files;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.ImageRequest;
import org.refract.engine.job.RunRecord;
import org.refract.engine.request.RequestFile;
import org.refract.engine.store.StoreManifest;

/**
 * How the pictures were drawn from which a run's dictionaries learnt. Their features mean the same only in pictures that are drawn so,
 * whatever the model would draw with by itself: a model that can take four steps may have been recorded at one.
 *
 * @param request what was asked of the model, without prompts and seeds
 */
public record RecordedRequest(ImageRequest request) {
    /** What a run says of it: its stores, or where those were deleted its record. Empty if nothing of a run is left that says it. */
    public static Optional<RecordedRequest> of(RunFolder run) {
        return StoreManifest.ofRun(run.path()).flatMap(manifest -> manifest.fact(StoreManifest.REQUEST)).flatMap(RecordedRequest::read)
                .or(() -> ofRecord(run));
    }

    private static Optional<RecordedRequest> read(String json) {
        try {
            return RequestFile.read(Json.parse("the request of the run", json)) instanceof ImageRequest request ? Optional.of(new RecordedRequest(request))
                    : Optional.empty();
        } catch (RefractException damaged) {
            return Optional.empty();
        }
    }

    /** Keeps what a run draws with in its record, which stays when the recordings are deleted. */
    static void keep(ImageRequest request, RunRecord record) throws RefractException {
        record.fact(StoreManifest.REQUEST, RequestFile.line(request.withoutExamples()));
    }

    private static Optional<RecordedRequest> ofRecord(RunFolder run) {
        if (!Files.isRegularFile(run.record())) {
            return Optional.empty();
        }
        try {
            return RunRecord.read(run.path()).fact(StoreManifest.REQUEST).flatMap(RecordedRequest::read);
        } catch (RefractException damaged) {
            return Optional.empty();
        }
    }

    /** Denoising steps. */
    public int steps() {
        return request.steps();
    }

    /** The prompts of a request, drawn as the run was recorded. */
    public ImageRequest on(ImageRequest usual) {
        return request.withPrompts(usual.prompts(), usual.seeds());
    }
}
