package org.refract.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.refract.api.RefractException;
import org.refract.engine.Locations;
import org.refract.engine.job.RunRecord;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.Recordings;
import org.refract.engine.train.RunLog;
import org.refract.engine.unpack.FindingFiles;
import org.refract.engine.unpack.RunFolder;
import org.refract.engine.unpack.ShowcaseFiles;
import org.refract.format.refract.RefractFormat;
import org.refract.model.sdxl.SdxlBackend;

/** Damaged manifests, sidecars, logs and configurations: each is read, or refused in one sentence. */
class ManifestFuzzTest {
    private static Path folder;

    @BeforeContainer
    static void begin() throws IOException {
        folder = Files.createTempDirectory("fuzz");
    }

    @AfterContainer
    static void end() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Property(seed = "20261123")
    void theManifestOfAStore(@ForAll("manifests") byte[] manifest) {
        Path store = folder.resolve("store");
        OneSentence.write(store.resolve("manifest.json"), manifest);
        OneSentence.write(store.resolve("shard-00000.json"), sound("shard.json").getBytes(StandardCharsets.UTF_8));
        OneSentence.write(store.resolve("shard-00000.safetensors"), new byte[100]);
        OneSentence.orSound(() -> ActivationStore.open(store).close());
    }

    @Property(seed = "20261123")
    void theSealOfAShard(@ForAll("seals") byte[] seal) {
        Path store = folder.resolve("sealed");
        OneSentence.write(store.resolve("manifest.json"), sound("manifest.json").getBytes(StandardCharsets.UTF_8));
        OneSentence.write(store.resolve("shard-00000.json"), seal);
        OneSentence.write(store.resolve("shard-00000.safetensors"), new byte[100]);
        OneSentence.orSound(() -> ActivationStore.open(store).close());
    }

    @Property(seed = "20261123")
    void theListOfRecordings(@ForAll("recordings") byte[] recordings) {
        Path run = folder.resolve("recorded");
        OneSentence.write(run.resolve("store").resolve("recordings.jsonl"), recordings);
        OneSentence.orSound(() -> Recordings.open(run).close());
    }

    @Property(seed = "20261123")
    void theRecordOfARun(@ForAll("runs") byte[] record) {
        OneSentence.write(folder.resolve("run").resolve("run.json"), record);
        OneSentence.orSound(() -> {
            RunRecord run = RunRecord.read(folder.resolve("run"));
            run.arguments();
            run.started();
            run.state();
            run.sentence();
            run.isInterrupted();
        });
    }

    @Property(seed = "20261123")
    void theClockOfARun(@ForAll("clocks") byte[] clock) {
        Path run = folder.resolve("timed");
        OneSentence.write(run.resolve("run.json"), sound("run.json").getBytes(StandardCharsets.UTF_8));
        OneSentence.write(run.resolve("clock.json"), clock);
        OneSentence.orSound(() -> {
            RunRecord record = RunRecord.read(run);
            record.started();
            record.ended();
            record.seconds();
            record.isInterrupted();
        });
    }

    @Property(seed = "20261123")
    void theSidecarOfADictionary(@ForAll("sidecars") byte[] sidecar) {
        Path sae = folder.resolve("sae");
        OneSentence.write(sae.resolve("sae.json"), sidecar);
        OneSentence.orSound(() -> new RefractFormat().read(sae, null));
    }

    @Property(seed = "20261123")
    void theLogOfATraining(@ForAll("logs") byte[] log) {
        Path file = OneSentence.write(folder.resolve("logged").resolve("log.jsonl"), log);
        OneSentence.orSound(() -> RunLog.read(file));
    }

    @Property(seed = "20261123")
    void theInterventionsThatAReportShows(@ForAll("showcases") byte[] showcase) {
        Path run = folder.resolve("shown");
        OneSentence.write(run.resolve("interventions").resolve("one.json"), showcase);
        OneSentence.orSound(() -> ShowcaseFiles.read(new RunFolder(run)));
    }

    @Property(seed = "20261123", shrinking = ShrinkingMode.OFF)
    void theFindingsOfAnAnalysis(@ForAll("findings") byte[] findings, @ForAll("tables") byte[] table) {
        Path analysis = folder.resolve("analysis");
        OneSentence.write(analysis.resolve("findings.json"), findings);
        OneSentence.write(analysis.resolve("table.json"), table);
        OneSentence.write(analysis.resolve("pictures.json"), table);
        OneSentence.orSound(() -> FindingFiles.read(analysis));
    }

    @Property(seed = "20261123")
    void theConfigurationOfAUNet(@ForAll("unets") byte[] config) {
        Path model = model();
        OneSentence.write(model.resolve("unet").resolve("config.json"), config);
        OneSentence.orSound(() -> new SdxlBackend().inspect(model));
    }

    @Property(seed = "20261123")
    void theIndexOfAModel(@ForAll("indexes") byte[] index) {
        Path model = model();
        OneSentence.write(model.resolve("model_index.json"), index);
        OneSentence.orSound(() -> new SdxlBackend().inspect(model));
    }

    @Provide
    Arbitrary<byte[]> manifests() {
        return Damage.of(sound("manifest.json"));
    }

    @Provide
    Arbitrary<byte[]> seals() {
        return Damage.of(sound("shard.json"));
    }

    @Provide
    Arbitrary<byte[]> recordings() {
        return Damage.of(sound("recordings.jsonl"));
    }

    @Provide
    Arbitrary<byte[]> runs() {
        return Damage.of(sound("run.json"));
    }

    @Provide
    Arbitrary<byte[]> clocks() {
        return Damage.of(sound("clock.json"));
    }

    @Provide
    Arbitrary<byte[]> sidecars() {
        return Damage.of(sound("sae.json"));
    }

    @Provide
    Arbitrary<byte[]> logs() {
        return Damage.of(sound("log.jsonl"));
    }

    @Provide
    Arbitrary<byte[]> showcases() {
        return Damage.of(sound("showcase.json"));
    }

    @Provide
    Arbitrary<byte[]> findings() {
        return Damage.of("[\"table\", \"pictures\"]");
    }

    @Provide
    Arbitrary<byte[]> tables() {
        return Arbitraries.of(sound("table.json"), sound("pictures.json")).flatMap(Damage::of);
    }

    @Provide
    Arbitrary<byte[]> unets() {
        return Damage.of(text(reference().resolve("unet").resolve("config.json")));
    }

    @Provide
    Arbitrary<byte[]> indexes() {
        return Damage.of(text(reference().resolve("model_index.json")));
    }

    /** A model of its own whose weights are those of the reference. */
    private static Path model() {
        Path model = folder.resolve("model");
        Path sound = reference();
        try (Stream<Path> files = Files.walk(sound)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = model.resolve(sound.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                if (file.toString().endsWith(".json") || !Files.exists(copy)) {
                    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return model;
    }

    /** The first model of the reference set. */
    static Path reference() {
        try (Stream<Path> models = Files.list(new Locations().reference("sdxl"))) {
            return models.filter(m -> Files.exists(m.resolve("model_index.json"))).sorted().findFirst().orElseThrow();
        } catch (IOException | RefractException e) {
            throw new AssertionError(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sound(String name) {
        try (InputStream in = ManifestFuzzTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
