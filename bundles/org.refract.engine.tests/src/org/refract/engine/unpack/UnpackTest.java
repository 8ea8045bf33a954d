package org.refract.engine.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.FrameworkUtil;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.analysis.Analysis;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.Finding;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Model;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.Locations;
import org.refract.engine.extension.Extensions;
import org.refract.engine.file.FolderLock;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.index.Icons;
import org.refract.engine.job.RunRecord;
import org.refract.engine.store.Recordings;
import org.refract.engine.tensor.Devices;

/** The whole road at a small size, on the demo model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnpackTest {
    private static final Preset TINY = new Preset("tiny", 64, 1, Map.of("k", "4", "auxk", "16", "lr", "2e-3", "dead_tokens", "4000"), 256, 30, 4, 1, 4);

    @TempDir
    static Path folder;

    private final Devices devices = new Devices();
    private Extensions extensions;
    private UnpackOptions options;
    private RunFolder whole;
    private Interrupting heard;

    @BeforeAll
    void unpackOnce() throws Exception {
        extensions = Installed.extensions();
        Path model = new Locations().demo().resolve("turbo");
        options = UnpackOptions.of(model, folder.resolve("whole")).withPreset(TINY).withReport(false);
        heard = Interrupting.never();
        whole = run(options, heard);
    }

    @AfterAll
    void free() {
        extensions.close();
        devices.close();
    }

    @Test
    void aRunHoldsRecordingsDictionariesAtlasesIconsAndInterventions() throws Exception {
        assertEquals(RunRecord.State.COMPLETED, RunRecord.read(whole.path()).state());
        assertEquals(4, whole.atlases().size());
        try (Recordings recordings = Recordings.open(whole.path())) {
            assertEquals(64, recordings.size());
            for (HookPoint point : whole.atlases()) {
                try (FeatureIndex index = FeatureIndex.open(whole.atlas(point))) {
                    assertEquals(64, index.facts().recordings());
                    assertEquals(index.facts().width() * TINY.expansion(), index.facts().latents());
                    List<Feature> alive = index.allFeatures().stream().filter(Feature::alive).toList();
                    assertTrue(alive.size() > 20, alive.size() + " live features at " + point);
                    Example example = index.examples(alive.getFirst().latent(), 1).getFirst();
                    assertEquals(recordings.prompt((int) example.recording()), example.caption());
                    Icons icons = new Icons(whole.icons(point), index.facts().latents());
                    assertTrue(icons.image(alive.getFirst().latent()).isPresent());
                }
            }
        }
        for (Showcase showcase : ShowcaseFiles.read(whole)) {
            assertEquals(6, showcase.shots().size());
            for (Showcase.Shot shot : showcase.shots()) {
                assertTrue(Files.size(whole.interventions().resolve(shot.file())) > 100);
            }
        }
    }

    @Test
    void progressCoversAllPhasesAndEndsAtOne() {
        assertEquals(1, heard.done, 1e-9);
        assertTrue(heard.stages.stream().anyMatch(s -> s.contains("Recording")), heard.stages.toString());
        assertTrue(heard.stages.stream().anyMatch(s -> s.contains("Training")), heard.stages.toString());
    }

    @Test
    void interruptedAgainAndAgainItEndsWithTheSameBytes() throws Exception {
        UnpackOptions other = at("pieces");
        int interruptions = 0;
        for (int stop = 2;; stop = stop * 2 + 1) {
            try {
                run(other, new Interrupting(stop));
                break;
            } catch (CancelledException e) {
                interruptions++;
                assertEquals(RunRecord.State.CANCELLED, RunRecord.read(other.run()).state());
            }
        }
        assertTrue(interruptions >= 4, interruptions + " interruptions");
        RunFolder pieces = new RunFolder(other.run());
        assertEquals(List.of(), differences(contents(whole), contents(pieces)));
        for (HookPoint point : whole.atlases()) {
            try (FeatureIndex one = FeatureIndex.open(whole.atlas(point)); FeatureIndex two = FeatureIndex.open(pieces.atlas(point))) {
                assertEquals(one.allFeatures(), two.allFeatures());
                assertEquals(one.digest(), two.digest());
                assertEquals(one.facts(), two.facts());
            }
        }
    }

    @Test
    void aFinishedRunIsNotDoneAgain() throws Exception {
        Interrupting again = Interrupting.never();
        run(options, again);
        assertEquals(List.of(), again.stages);
    }

    @Test
    void anAnalysisThatFailsLeavesTheRestAndIsTriedAgain() throws Exception {
        UnpackOptions other = at("failing");
        copy(whole.path(), other.run());
        RunRecord.read(other.run()).fact("phase.analyses", "waits");
        AtomicInteger tries = new AtomicInteger();
        Analysis broken = new Failing(tries);
        var context = FrameworkUtil.getBundle(UnpackTest.class).getBundleContext();
        var registration = context.registerService(Analysis.class, broken, null);
        try {
            RefractException said = assertThrows(RefractException.class, () -> run(other, Monitor.silent()));
            assertEquals(RefractException.FAILURE, said.exitCode());
            assertTrue(said.getMessage().contains("is finished but for this: The analysis test-fails failed: not today The same command tries it again."),
                    said.getMessage());
            assertEquals(RunRecord.State.FAILED, RunRecord.read(other.run()).state());
            for (int kind = 2; kind <= Failing.KINDS; kind++) {
                assertThrows(RefractException.class, () -> run(other, Monitor.silent()), "failure " + kind);
                assertEquals(RunRecord.State.FAILED, RunRecord.read(other.run()).state());
            }
            run(other, Monitor.silent());
            assertEquals(Failing.KINDS + 1, tries.get());
            assertEquals(RunRecord.State.COMPLETED, RunRecord.read(other.run()).state());
            assertTrue(FindingFiles.present(new RunFolder(other.run()).findings().resolve("test-fails")));
        } finally {
            registration.unregister();
        }
    }

    @Test
    void aWrongSettingOfAnAnalysisAndAnUnknownLabelerAreRefusedBeforeAnyWork() {
        refused("'features' cannot be '0'", at("settings").withVariant("topk", Map.of("blocks.features", "0")));
        refused("There is no labeler 'nobody'", at("settings").withLabeler("nobody"));
        assertFalse(Files.exists(at("settings").run()));
    }

    @Test
    void aFolderOfAnotherRunIsRefused() {
        refused("another seed", options.withSeed(7));
        refused("another preset", options.withPreset(Preset.QUICK));
        refused("another device", options.withPlacement(new Placement("cpu", Placement.DType.BF16)));
    }

    @Test
    void aFolderThatHoldsSomethingElseIsRefused() throws Exception {
        UnpackOptions other = at("mine");
        Files.createDirectories(other.run());
        Files.writeString(other.run().resolve("thesis.txt"), "precious");
        refused("holds other files", other);
        refused("is a file", at("mine/thesis.txt"));
        refused("There is no model", UnpackOptions.of(folder.resolve("nowhere"), folder.resolve("x")));
        refused("is no model of a family", UnpackOptions.of(other.run(), folder.resolve("x")));
    }

    @Test
    void aWrongRequestLeavesNoFolderInTheWayOfTheRightOne() {
        UnpackOptions other = at("mistyped");
        refused("no hook point", other.withPoints(List.of(new HookPoint("unet.nowhere", Site.UPDATE))));
        assertFalse(Files.exists(other.run()));
    }

    @Test
    void twoJobsDoNotWriteOneFolder() throws Exception {
        UnpackOptions other = at("locked");
        FolderLock lock = FolderLock.take(other.run(), "a test");
        refused("is being written by another process", other);
        lock.close();
        assertThrows(CancelledException.class, () -> run(other, new Interrupting(0)));
    }

    private UnpackOptions at(String name) {
        return UnpackOptions.of(options.model(), folder.resolve(name)).withPreset(TINY).withReport(false);
    }

    private RunFolder run(UnpackOptions wanted, Monitor monitor) throws Exception {
        return devices.executor(Placement.CPU).call(() -> new Unpack(extensions).run(wanted, monitor));
    }

    private void refused(String words, UnpackOptions wanted) {
        String sentence = assertThrows(RefractException.class, () -> run(wanted, Monitor.silent())).getMessage();
        assertTrue(sentence.contains(words), sentence);
    }

    /** Hashes of every file but those that tell times, and the databases, whose bytes may differ for the same content. */
    private static Map<String, String> contents(RunFolder run) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(run.path())) {
            all.filter(Files::isRegularFile).forEach(files::add);
        }
        for (Path file : files) {
            String name = run.path().relativize(file).toString();
            if (!name.matches("run\\.json|.*clock\\.jsonl?|.*\\.duckdb|\\.lock")) {
                contents.put(name, hash(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    private static List<String> differences(Map<String, String> one, Map<String, String> two) {
        return Stream.concat(one.keySet().stream(), two.keySet().stream()).distinct().filter(name -> !Objects.equals(one.get(name), two.get(name))).toList();
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** An analysis that fails the first times, each in another way. */
    private record Failing(AtomicInteger tries) implements Analysis {
        static final int KINDS = 4;

        @Override
        public String id() {
            return "test-fails";
        }

        @Override
        public String description() {
            return "fails once";
        }

        @Override
        public List<Hyperparameter> hyperparameters() {
            return List.of();
        }

        @Override
        public List<Finding> run(Model model, List<Dictionary> dictionaries, List<String> captions, Settings settings, Monitor monitor) {
            switch (tries.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("not today");
                case 2 -> throw new AssertionError("not today");
                case 3 -> throw new StackOverflowError();
                case KINDS -> throw new OutOfMemoryError("not today");
                default -> {
                }
            }
            return List.of(new Finding.Table("found", "Found", "Something.", List.of("a"), List.of()));
        }
    }
}
