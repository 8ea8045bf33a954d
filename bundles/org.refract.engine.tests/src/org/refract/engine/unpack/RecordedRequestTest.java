package org.refract.engine.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.json.Json;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageRequest;
import org.refract.engine.job.RunRecord;
import org.refract.engine.store.Harvest;
import org.refract.engine.store.Recordings;
import org.refract.engine.store.SyntheticModel;

class RecordedRequestTest {
    @TempDir
    Path folder;

    private RunFolder run() {
        return new RunFolder(folder);
    }

    private void harvest(ImageRequest request) throws RefractException {
        new Harvest(folder, Harvest.Plan.of(request, List.of(SyntheticModel.A, SyntheticModel.B), Recordings.plan(List.of("a cat"), 2, 0), 2))
                .run(new SyntheticModel("sha256:1"), Monitor.silent());
    }

    private void manifest(HookPoint point, Consumer<JsonObject> change) throws RefractException, java.io.IOException {
        Path file = Harvest.store(folder, point).resolve("manifest.json");
        JsonObject json = Json.read(file).element().getAsJsonObject();
        change.accept(json);
        Files.writeString(file, Json.text(json));
    }

    @Test
    void aRunSaysWhatItsRecordingsWereDrawnWith() throws Exception {
        harvest(ImageRequest.of(3, 4.5, 8, 16));
        RecordedRequest recorded = RecordedRequest.of(run()).orElseThrow();
        assertEquals(ImageRequest.of(3, 4.5, 8, 16).withoutExamples(), recorded.request());
        ImageRequest drawn = recorded.on(ImageRequest.of(50, 0, 1024, 1024).withPrompt("a dog", 7));
        assertEquals(ImageRequest.of(3, 4.5, 8, 16).withPrompt("a dog", 7), drawn);
    }

    @Test
    void whatWasSaidToTheModelsFamilyIsKept() throws Exception {
        harvest(ImageRequest.of(3, 0, 8, 8).withScheduler("ddim,eta=0.5").withOption("clip_skip", 1));
        assertEquals(ImageRequest.of(3, 0, 8, 8).withPrompt("a dog", 7).withScheduler("ddim,eta=0.5").withOption("clip_skip", 1),
                RecordedRequest.of(run()).orElseThrow().on(ImageRequest.of(1, 0, 64, 64).withPrompt("a dog", 7)));
    }

    @Test
    void aDamagedStoreIsPassedOver() throws Exception {
        harvest(ImageRequest.of(3, 0, 8, 8));
        Files.writeString(Harvest.store(folder, SyntheticModel.A).resolve("manifest.json"), "{");
        assertEquals(3, RecordedRequest.of(run()).orElseThrow().steps());
    }

    @Test
    void withoutRecordingsTheRecordOfTheRunSaysIt() throws Exception {
        RecordedRequest.keep(ImageRequest.of(1, 0, 64, 64), RunRecord.begin(folder, "unpack", List.of()));
        assertEquals(ImageRequest.of(1, 0, 64, 64).withoutExamples(), RecordedRequest.of(run()).orElseThrow().request());
    }

    @Test
    void whatNobodySaysIsNotGuessed() throws Exception {
        assertEquals(Optional.empty(), RecordedRequest.of(run()));
        harvest(ImageRequest.of(3, 0, 8, 8));
        for (HookPoint point : List.of(SyntheticModel.A, SyntheticModel.B)) {
            manifest(point, json -> json.add("facts", new JsonObject()));
        }
        assertEquals(Optional.empty(), RecordedRequest.of(run()), "the guidance is not known");
    }
}
