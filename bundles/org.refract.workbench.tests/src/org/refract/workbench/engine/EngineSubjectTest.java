package org.refract.workbench.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.job.CancelledException;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelInfo;
import org.refract.engine.Locations;
import org.refract.engine.draw.PictureRecipes.Past;
import org.refract.engine.draw.PictureRecipes.Recipe;
import org.refract.engine.job.JobQueue;
import org.refract.engine.job.RunRecord;
import org.refract.workbench.shell.Start;
import org.refract.workbench.subject.ActiveFeatures;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.Drawing;
import org.refract.workbench.subject.FeatureDetails;
import org.refract.workbench.subject.FeatureRow;
import org.refract.workbench.subject.Subject;

/** The demo model and a run of it, as the window sees them. */
class EngineSubjectTest {
    @TempDir
    static Path folder;
    private static JobQueue jobs;
    private static EngineSubjects subjects;
    private static Subject subject;

    @BeforeAll
    static void unpack() throws RefractException, InterruptedException, IOException {
        jobs = TinyRun.jobs();
        var extensions = TinyRun.extensions();
        subjects = new EngineSubjects(extensions, jobs, new Start(), TinyRun.recipes());
        Path run = TinyRun.folder(extensions, jobs);
        subject = subjects.open(Optional.of(run), Optional.empty(), Monitor.silent());
    }

    @AfterAll
    static void close() {
        subject.close();
        jobs.close();
    }

    private static DrawRequest request() {
        return new DrawRequest("red heart, noto style, on a white background", 7, 1, 0, List.of());
    }

    @Test
    void knowsItsModelAndItsDictionaries() {
        assertTrue(subject.info().dictionaries().size() > 1);
        assertTrue(subject.info().dictionaries().stream().allMatch(d -> d.latents() > 0 && d.point().path().startsWith("unet.")));
        assertFalse(subject.info().begins().prompt().isEmpty());
        assertTrue(subject.info().run().isPresent());
    }

    @Test
    void drawsAPictureAndTellsWhatWasActive() throws RefractException {
        Drawing drawing = subject.draw(request(), Monitor.silent());
        assertEquals(64, drawing.picture().width());
        assertEquals(subject.info().dictionaries().size(), drawing.codes().size());
        ActiveFeatures active = drawing.codes().getFirst();
        assertEquals(1, active.steps().size());
        assertTrue(active.strongest(ActiveFeatures.EVERY_STEP).getFirst().mean() > 0);
        assertArrayEquals(drawing.picture().argb(), subject.draw(request(), Monitor.silent()).picture().argb(), "the same request, the same picture");
    }

    @Test
    void aRunWhoseExtensionIsGoneSaysWhoMadeIt(@TempDir Path folder) throws Exception {
        Path run = subject.info().run().orElseThrow();
        Path copy = folder.resolve("run");
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(run.relativize(file).toString()));
            }
        }
        try (Stream<Path> files = Files.walk(copy.resolve("saes"))) {
            for (Path sidecar : files.filter(file -> file.endsWith("sae.json")).toList()) {
                Files.writeString(sidecar, Files.readString(sidecar).replace("\"topk\"", "\"test-strange\"")
                        .replace("\"facts\": {", "\"facts\": {\"extension\": \"org.example.strange\", \"extension_version\": \"1.2.3\","));
            }
        }
        RefractException said = assertThrows(RefractException.class, () -> subjects.open(Optional.of(copy), Optional.empty(), Monitor.silent()));
        assertEquals(RefractException.USAGE, said.exitCode());
        assertTrue(said.getMessage().contains("is of the SAE variant 'test-strange', made by org.example.strange 1.2.3, which is not here: put its jar "),
                said.getMessage());
    }

    @Test
    void beginsInTheStepsThatTheRunWasRecordedIn() {
        assertEquals(1, subject.info().begins().steps());
        assertTrue(subject.info().recorded());
        assertEquals(List.of(), subject.info().shape(), "the recordings have the model's usual size");
        assertEquals(List.of(), subject.info().warnings());
    }

    @Test
    void tellsHowFarADrawingIs() throws RefractException {
        Listening monitor = new Listening();
        subject.draw(new DrawRequest("cat", 1, 3, 0, List.of()), monitor);
        assertEquals(List.of("Drawing of 3"), monitor.stages);
        assertEquals(3, monitor.done);
        assertTrue(monitor.pictures >= 2, monitor.pictures + " previews");
    }

    private static final class Listening extends ForwardingMonitor {
        private final List<String> stages = new ArrayList<>();
        private long done;
        private int pictures;

        Listening() {
            super(Monitor.silent());
        }

        @Override
        public void stage(String title, long total) {
            stages.add(title + " of " + total);
        }

        @Override
        public void advance(long units) {
            done += units;
        }

        @Override
        public boolean wantsPreviews() {
            return true;
        }

        @Override
        public void preview(BufferedImage image) {
            pictures++;
        }
    }

    @Test
    void aSavedPictureSaysHowItWasDrawn() throws RefractException {
        FeatureId feature = new FeatureId(subject.info().dictionaries().getFirst().point(), 3);
        Intervention change = Intervention.everywhere(feature, Intervention.Mode.ADD, 8);
        Drawing drawing = subject.draw(request().edited(List.of(change)), Monitor.silent());
        Path file = folder.resolve("kept.png");
        Path run = subject.info().run().orElseThrow();
        subject.save(drawing, Map.of("run", List.of(run.toString()), "feature", List.of(feature + "+8")), file);
        Past past = subject.recall(file);
        assertEquals(Optional.of(request().prompt()), past.prompt());
        assertEquals(Optional.of(7L), past.seed());
        assertEquals(Optional.of(1), past.steps());
        assertEquals(Optional.of(0.0), past.guidance());
        assertEquals(List.of(change), past.changes());
        assertEquals(List.of(), past.notes());
        DrawRequest again = new DrawRequest(past.prompt().get(), past.seed().get(), past.steps().get(), past.guidance().get(), past.changes());
        assertArrayEquals(drawing.picture().argb(), subject.draw(again, Monitor.silent()).picture().argb());
    }

    @Test
    void aPictureOfAnotherModelIsToldApart() throws RefractException {
        Path file = folder.resolve("other.png");
        ModelInfo other = new ModelInfo("other", "sdxl", 1, "sha256:other", Map.of());
        TinyRun.recipes().write(file, new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB),
                new Recipe(ImageRequest.of(4, 5, 32, 40).withPrompt("a fox", 3).withNegativePrompts(List.of("blue")), other, Map.of(), List.of()));
        Past past = subject.recall(file);
        assertEquals(2, past.notes().size(), past.notes().toString());
        assertTrue(past.notes().get(0).startsWith("It was drawn with another model, other;"), past.notes().toString());
        assertEquals("Only refract generate --like restores --negative blue, --size 40x32.", past.notes().get(1));
    }

    private Path copy(Path run) throws IOException {
        Path copy = Files.createTempDirectory(folder, "copy").resolve("run");
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(run.relativize(file).toString()));
            }
        }
        return copy;
    }

    @Test
    void aRunFindsItsModelAgainAfterItWasMoved() throws Exception {
        Path run = copy(subject.info().run().orElseThrow());
        Path gone = folder.resolve("gone");
        RunRecord.read(run).modelAt(gone);
        RefractException lost = assertThrows(RefractException.class, () -> subjects.open(Optional.of(run), Optional.empty(), Monitor.silent()));
        assertEquals("The model of %1$s is no longer at %2$s; say where it is: refract workbench %1$s --model DIR".formatted(run, gone), lost.getMessage());
        assertEquals(Optional.of(gone), subjects.missingModel(run));
        Path other = new Locations().demo().resolve("base");
        assertThrows(RefractException.class, () -> subjects.open(Optional.of(run), Optional.of(other), Monitor.silent()));
        assertEquals(Optional.of(gone), subjects.missingModel(run), "another model is not taken for it");
        subjects.open(Optional.of(run), Optional.of(subject.info().model()), Monitor.silent()).close();
        assertEquals(Optional.empty(), subjects.missingModel(run), "the run remembers it");
        subjects.open(Optional.of(run), Optional.empty(), Monitor.silent()).close();
    }

    @Test
    void aRunWithoutRecordingsSaysSoAndListsItsExamples() throws Exception {
        Path run = copy(subject.info().run().orElseThrow());
        for (String gone : List.of("store", "images")) {
            try (Stream<Path> files = Files.walk(run.resolve(gone))) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        try (Subject bare = subjects.open(Optional.of(run), Optional.empty(), Monitor.silent())) {
            assertEquals(List.of("The recordings are not in " + run + "; examples are shown without pictures."), bare.info().warnings());
            assertEquals(1, bare.info().begins().steps(), "its record still says how it was recorded");
            int latent = bare.features(0).stream().filter(r -> r.feature().alive()).findFirst().orElseThrow().feature().latent();
            FeatureDetails details = bare.details(new FeatureId(bare.info().dictionaries().getFirst().point(), latent));
            assertFalse(details.examples().isEmpty());
            assertTrue(details.examples().stream().allMatch(e -> e.picture().isEmpty() && e.map().max() > 0));
        }
    }

    @Test
    void aRunThatIsNotFinishedIsToldApart() throws Exception {
        Path run = Files.createDirectory(folder.resolve("half a run"));
        RunRecord record = RunRecord.begin(run, "unpack", List.of("--model", "my model", "--out", run.toString()));
        assertEquals(run + " is a run that is still being made; open it when it is done.", refused(run));
        record.cancelled("It was stopped.");
        assertEquals(run + " is a run that is not finished; this goes on where it was: refract unpack --model 'my model' --out '" + run + "'", refused(run));
        Path other = Files.createDirectory(folder.resolve("other"));
        RunRecord.begin(other, "train", List.of()).completed();
        assertEquals(other + " holds what refract train left, which has no atlas to explore; refract unpack makes one.", refused(other));
    }

    private static String refused(Path folder) {
        RefractException refused = assertThrows(RefractException.class, () -> subjects.open(Optional.of(folder), Optional.empty(), Monitor.silent()));
        assertEquals(2, refused.exitCode());
        return refused.getMessage();
    }

    @Test
    void recordsEveryStep() throws RefractException {
        Drawing drawing = subject.draw(new DrawRequest("cat", 1, 3, 0, List.of()), Monitor.silent());
        assertEquals(3, drawing.codes().getLast().steps().size());
    }

    @Test
    void anEditChangesThePicture() throws RefractException {
        Drawing before = subject.draw(request(), Monitor.silent());
        int latent = before.codes().get(0).strongest(0).getFirst().latent();
        FeatureId feature = new FeatureId(subject.info().dictionaries().getFirst().point(), latent);
        Intervention same = Intervention.everywhere(feature, Intervention.Mode.SCALE, 1);
        Intervention strong = Intervention.everywhere(feature, Intervention.Mode.ADD, 8);
        assertArrayEquals(before.picture().argb(), subject.draw(request().edited(List.of(same)), Monitor.silent()).picture().argb());
        Drawing after = subject.draw(request().edited(List.of(strong)), Monitor.silent());
        assertFalse(Arrays.equals(before.picture().argb(), after.picture().argb()));
        assertEquals(before.codes().size(), after.codes().size(), "what is active after the edit is told too");
    }

    @Test
    void tellsWhatTheAtlasKnows() throws RefractException {
        List<FeatureRow> features = subject.features(1);
        assertEquals(subject.info().dictionaries().get(1).latents(), features.size());
        int latent = features.stream().filter(r -> r.feature().alive()).findFirst().orElseThrow().feature().latent();
        FeatureId id = new FeatureId(subject.info().dictionaries().get(1).point(), latent);
        FeatureDetails details = subject.details(id);
        assertFalse(details.examples().isEmpty());
        assertEquals(4, details.examples().getFirst().map().rows());
        assertFalse(details.nearest().isEmpty());
        assertTrue(Arrays.stream(details.histogram().counts()).sum() > 0);
        assertTrue(subject.icon(id).isPresent());
        Optional<FeatureRow> silent = features.stream().filter(r -> !r.feature().alive()).findFirst();
        if (silent.isPresent()) {
            assertTrue(subject.icon(new FeatureId(id.point(), silent.get().feature().latent())).isEmpty());
        }
    }

    @Test
    void aModelWithoutARunDrawsToo() throws RefractException {
        Path model = new Locations().demo().resolve("turbo");
        try (Subject bare = subjects.open(Optional.of(model), Optional.empty(), Monitor.silent())) {
            assertTrue(bare.info().dictionaries().isEmpty());
            assertArrayEquals(subject.draw(request(), Monitor.silent()).picture().argb(), bare.draw(request(), Monitor.silent()).picture().argb());
        }
    }

    @Test
    void aFolderThatIsNeitherIsRefusedWithASentence() {
        RefractException refused = assertThrows(RefractException.class, () -> subjects.open(Optional.of(folder), Optional.empty(), Monitor.silent()));
        assertTrue(refused.getMessage().contains("neither a run"), refused.getMessage());
        RefractException absent = assertThrows(RefractException.class, () -> subjects.open(Optional.of(folder.resolve("nothing")), Optional.empty(), Monitor.silent()));
        assertTrue(absent.getMessage().startsWith("There is no folder"), absent.getMessage());
    }

    @Test
    void aCancelledDrawingEnds() {
        Monitor impatient = new CancelAtOnce();
        assertThrows(CancelledException.class, () -> subject.draw(request(), impatient));
    }

    @Test
    void whatIsReadAfterClosingIsRefused() throws RefractException {
        Subject other = subjects.open(subject.info().run(), Optional.empty(), Monitor.silent());
        other.close();
        FeatureId id = new FeatureId(subject.info().dictionaries().getFirst().point(), 0);
        assertThrows(RefractException.class, () -> other.details(id));
    }
}
