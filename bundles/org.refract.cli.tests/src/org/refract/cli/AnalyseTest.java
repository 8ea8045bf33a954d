package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.FrameworkUtil;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.analysis.Analysis;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.Finding;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Model;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.cli.command.AnalyseCommand;
import org.refract.cli.progress.Terminal;
import org.refract.engine.Locations;
import org.refract.engine.extension.Extensions;
import org.refract.engine.file.FolderLock;
import org.refract.engine.job.JobQueue;
import org.refract.engine.tensor.Devices;
import org.refract.engine.unpack.Preset;
import org.refract.engine.unpack.RunFolder;
import org.refract.engine.unpack.Unpack;
import org.refract.engine.unpack.UnpackOptions;

/** {@code refract analyse} hands an analysis its settings, and holds what it does wrong to a sentence and to the findings that are there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnalyseTest {
    private static final Preset TINY = new Preset("tiny", 24, 1, Map.of("k", "4", "auxk", "16", "lr", "2e-3", "dead_tokens", "4000"), 128, 10, 2, 0, 1);
    private static final HookPoint POINT = new HookPoint("unet.up_blocks.0.attentions.1", Site.UPDATE);

    private final Devices devices = new Devices();
    private final JobQueue jobs = new JobQueue(devices);
    private final Scripted analysis = new Scripted();
    private Extensions installed;
    private Extensions extensions;
    private Counted models;
    private RunFolder run;
    private Path model;
    private String out;
    private String err;

    @TempDir
    static Path folder;

    @BeforeAll
    void unpack() throws Exception {
        installed = new Extensions(FrameworkUtil.getBundle(AnalyseTest.class).getBundleContext());
        UnpackOptions options = UnpackOptions.of(new Locations().demo().resolve("turbo"), folder.resolve("run")).withPreset(TINY).withReport(false)
                .withPoints(List.of(POINT));
        run = devices.executor(Placement.CPU).call(() -> new Unpack(installed).run(options, Monitor.silent()));
        model = Files.createDirectories(folder.resolve("counted"));
        Files.createFile(model.resolve(Counted.MARK));
        models = new Counted(installed.lease(ModelBackend.class, "sdxl").get(), options.model());
        List<Object> all = new ArrayList<>(List.of(models, analysis));
        Extensions.points().forEach(type -> all.addAll(installed.all(type)));
        extensions = Extensions.of(all.toArray());
    }

    @AfterAll
    void close() {
        extensions.close();
        installed.close();
        jobs.close();
        devices.close();
    }

    @Test
    void theSettingsArriveAndTheFindingsAreKept() throws Exception {
        int opened = models.opened;
        analysis.does = settings -> List.of(table("first", settings), table("second", settings));
        assertEquals(0, analyse("--set", "count=7", "--set", "share=0.25"), () -> err);
        assertEquals(Map.of("count", "7", "share", "0.25"), analysis.got);
        assertEquals(0, analyse(), () -> err);
        assertEquals(Map.of("count", "3", "share", "0.5"), analysis.got);
        assertEquals(opened + 2, models.opened);
        assertTrue(out.contains("first: The table first") && out.contains(run.findings().resolve(Scripted.ID).toString()), out);
        assertEquals(List.of("findings.json", "first.csv", "first.json", "second.csv", "second.json"), List.copyOf(findings().keySet()));
    }

    @Test
    void aValueThatCannotBeIsRefusedBeforeTheModelIsOpened() {
        int opened = models.opened;
        refused("The setting 'count' cannot be '0': it must be an integer above 0.", "--set", "count=0");
        refused("The setting 'share' cannot be '1.5': it must be a number from 0 to 1.", "--set", "share=1.5");
        refused("The setting 'share' cannot be 'much'", "--set", "share=much");
        refused("count, share", "--set", "counts=3");
        assertEquals(opened, models.opened);
    }

    @Test
    void anAnalysisThatIsNotThereIsRefusedWithThoseThatAre() {
        assertEquals(RefractException.USAGE, command("analyse", run.path(), "nothing"));
        assertTrue(err.contains("There is no analysis 'nothing'; there are ") && err.contains(Scripted.ID), err);
    }

    static Stream<Throwable> whatAnalysesThrow() {
        return Stream.of(new IllegalStateException("not today"), new AssertionError("not today"), new StackOverflowError(), new OutOfMemoryError("not today"));
    }

    @ParameterizedTest
    @MethodSource("whatAnalysesThrow")
    void whateverItThrowsIsNamedAndTheOlderFindingsStay(Throwable thrown) throws Exception {
        analysis.does = settings -> List.of(table("kept", settings));
        assertEquals(0, analyse(), () -> err);
        Map<String, String> before = findings();
        analysis.does = settings -> {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) thrown;
        };
        assertEquals(RefractException.FAILURE, analyse());
        assertTrue(err.contains("refract: The analysis " + Scripted.ID + " failed: ") && !err.contains("\tat "), err);
        assertEquals(before, findings());
        analysis.does = settings -> List.of(table("after", settings));
        assertEquals(0, analyse(), () -> err);
    }

    @Test
    void findingsOfWhichOneCannotBeWrittenLeaveNothingHalfWritten() throws Exception {
        analysis.does = settings -> List.of(table("kept", settings));
        assertEquals(0, analyse(), () -> err);
        Map<String, String> before = findings();
        analysis.does = settings -> List.of(table("fine", settings), table("../outside", settings));
        assertTrue(analyse() != 0);
        assertTrue(err.contains("'../outside'") && !err.contains("\tat "), err);
        assertEquals(before, findings());
        try (Stream<Path> beside = Files.list(run.findings())) {
            assertEquals(List.of(), beside.map(f -> f.getFileName().toString()).filter(name -> name.startsWith(".")).toList());
        }
    }

    @Test
    void aRunThatIsBeingWrittenIsLeftAlone() throws Exception {
        analysis.does = settings -> List.of(table("late", settings));
        try (FolderLock lock = FolderLock.take(run.path(), "a test")) {
            assertEquals(RefractException.USAGE, analyse());
            assertTrue(err.contains("is being written by another process"), err);
        }
    }

    private void refused(String sentence, Object... words) {
        assertEquals(RefractException.USAGE, analyse(words), () -> err);
        assertTrue(err.contains(sentence) && !err.contains("\tat "), err);
    }

    private int analyse(Object... words) {
        List<Object> all = new ArrayList<>(List.of("analyse", run.path(), Scripted.ID, "--model", model));
        all.addAll(List.of(words));
        return command(all.toArray());
    }

    private int command(Object... words) {
        StringWriter said = new StringWriter();
        StringWriter wrong = new StringWriter();
        Commands commands = new Commands(List.of(new CommandSource("test", "Step by step", new AnalyseCommand(extensions, jobs))), List.of(), () -> {
        });
        int code = new CommandLineRun(commands, new PrintWriter(said), new PrintWriter(wrong), new Terminal(false, 80, 24))
                .run(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
        out = said.toString();
        err = wrong.toString();
        return code;
    }

    private Map<String, String> findings() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(run.findings().resolve(Scripted.ID))) {
            for (Path file : files.toList()) {
                contents.put(file.getFileName().toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }

    private static Finding table(String id, Settings settings) {
        return new Finding.Table(id, "The table " + id, "What was set.", List.of("name"), List.of(List.of(settings.asMap().toString())));
    }

    /** An analysis that does what a test says. */
    private static final class Scripted implements Analysis {
        static final String ID = "test-scripted";

        /** What is done with the settings. */
        @FunctionalInterface
        private interface Work {
            List<Finding> with(Settings settings);
        }

        private Work does = settings -> List.of();
        private Map<String, String> got = Map.of();

        @Override
        public String id() {
            return ID;
        }

        @Override
        public String description() {
            return "does what a test says";
        }

        @Override
        public List<Hyperparameter> hyperparameters() {
            return List.of(new Hyperparameter("count", Kind.INTEGER, "3", Interval.from(1), Optional.empty()),
                    new Hyperparameter("share", Kind.REAL, "0.5", Interval.between(0, 1), Optional.empty()));
        }

        @Override
        public List<Finding> run(Model opened, List<Dictionary> dictionaries, List<String> captions, Settings settings, Monitor monitor) {
            assertEquals(List.of(POINT), dictionaries.stream().map(Dictionary::point).toList());
            got = settings.asMap();
            return does.with(settings);
        }
    }

    /** Opens the demo model under another name, and counts. */
    private static final class Counted implements ModelBackend {
        static final String MARK = "counted";

        private final ModelBackend real;
        private final Path demo;
        private int opened;

        Counted(ModelBackend real, Path demo) {
            this.real = real;
            this.demo = demo;
        }

        @Override
        public String id() {
            return "test-counted";
        }

        @Override
        public boolean recognises(Path location) {
            return Files.exists(location.resolve(MARK));
        }

        @Override
        public ModelInfo inspect(Path location) throws RefractException {
            return real.inspect(demo);
        }

        @Override
        public Model open(Path location, Placement placement, Adapters adapters, Monitor monitor) throws RefractException {
            opened++;
            return real.open(demo, placement, adapters, monitor);
        }
    }
}
