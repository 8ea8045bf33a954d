package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.refract.api.RefractException;
import org.refract.api.analysis.Finding;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.engine.index.Icons;
import org.refract.engine.job.RunRecord;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.StoreManifest;
import org.refract.engine.store.StoreWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;
import org.refract.engine.train.RunLog;
import org.refract.engine.unpack.FindingFiles;
import org.refract.tck.FaultCheck;
import org.refract.tck.FaultyFiles;
import org.refract.tck.FaultyFiles.Fault;

/** Every writer of the engine is held to {@link FaultCheck}. */
class FaultInjectionTest {

    @TempDir
    private Path folder;

    private void holds(FaultCheck.Writing writing) throws Exception {
        assertEquals(List.of(), FaultCheck.of(writing).differences(folder));
    }

    @Test
    void aFile() throws Exception {
        holds((place, version) -> AtomicFile.write(place.resolve("deep/a.txt"), "version " + version));
    }

    @Test
    void aFolder() throws Exception {
        holds((place, version) -> {
            try (AtomicFolder whole = AtomicFolder.create(place.resolve("whole"))) {
                AtomicFile.write(whole.path().resolve("a"), "version " + version);
                AtomicFile.write(whole.path().resolve("deep/b"), "version " + version);
                whole.commit();
            }
        });
    }

    @Test
    void aDictionaryBesideItsLog() throws Exception {
        holds((place, version) -> {
            if (version == 1) {
                Files.createDirectory(place.resolve("sae"));
                Files.writeString(place.resolve("sae/log.jsonl"), "log");
            }
            try (MadeBeside made = MadeBeside.of(place.resolve("sae"))) {
                AtomicFile.write(made.path().resolve("config"), "version " + version);
                tensors(made.path().resolve("weights.safetensors"), version);
                made.commit();
            }
        });
    }

    private static void tensors(Path file, int version) throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            SafeTensorsWriter.write(file, Map.of(), Map.of("x", Tensors.of(scope.manager(), new float[] {version, 2, 3})));
        }
    }

    @Test
    void safetensors() throws Exception {
        holds((place, version) -> tensors(place.resolve("a.safetensors"), version));
    }

    @Test
    void torchArchives() throws Exception {
        holds((place, version) -> {
            try (Scope scope = Scope.open(Placement.CPU)) {
                TorchArchiveWriter.write(place.resolve("a.pt"), Map.of("x", Tensors.of(scope.manager(), new float[] {version, 2, 3})), scope.manager());
            }
        });
    }

    @Test
    void npzArchives() throws Exception {
        holds((place, version) -> {
            try (Scope scope = Scope.open(Placement.CPU)) {
                NpzWriter.write(place.resolve("a.npz"), Map.of("x", Tensors.of(scope.manager(), new float[] {version, 2, 3})));
            }
        });
    }

    /** Larger than any buffer, so that the first bytes are written before the last are known. */
    @Test
    void tensorsOfManyPieces() throws Exception {
        holds((place, version) -> {
            try (Scope scope = Scope.open(Placement.CPU)) {
                float[] many = new float[20_000];
                Arrays.fill(many, version);
                TorchArchiveWriter.write(place.resolve("a.pt"), Map.of("x", Tensors.of(scope.manager(), many)), scope.manager());
            }
        });
        holds((place, version) -> {
            try (Scope scope = Scope.open(Placement.CPU)) {
                float[] many = new float[20_000];
                Arrays.fill(many, version);
                NpzWriter.write(place.resolve("a.npz"), Map.of("x", Tensors.of(scope.manager(), many)));
            }
        });
    }

    @Test
    void findings() throws Exception {
        holds((place, version) -> FindingFiles.write(place.resolve("roles"), List.of(
                new Finding.Table("shares", "Shares", "of version " + version, List.of("a", "b"), List.of(List.of("x", (Object) (double) version))))));
    }

    /** Record and clock are two files; which of two equal runs' clocks it is does not count. */
    @Test
    void theRecordOfARun() throws Exception {
        assertEquals(List.of(), FaultCheck.of((place, version) -> RunRecord.begin(place.resolve("run"), "unpack", List.of("--seed", "" + version)).seed("run", version)
                .fact("steps", 7).note("A note.").took("record", 3).completed())
                .ofEachFile().seenBy(file -> file.endsWith(RunRecord.CLOCK) ? "a clock" : state(file)).differences(folder));
    }

    /** A record says at every call how far the run is, so what counts is whose it is. */
    private static String state(Path run) throws RefractException {
        return RunRecord.read(run.getParent()).arguments().getLast();
    }

    @Test
    void theLogOfATraining() throws Exception {
        holds((place, version) -> RunLog.continueAt(place.resolve("log.jsonl"), version == 1 ? 0 : 1).close());
    }

    @Test
    void aLockIsFreeAfterwards() throws Exception {
        holds((place, version) -> {
            try (FolderLock lock = FolderLock.take(place, "a test")) {
                AtomicFile.write(place.resolve("a.txt"), "version " + version);
            }
        });
    }

    @Test
    void sheetsOfIcons() throws Exception {
        BufferedImage icon = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        holds((place, version) -> {
            icon.setRGB(1, 1, 0xff00 << version);
            new Icons(place.resolve("icons"), 2).write(0, List.of(Optional.of(icon), Optional.empty()), 8);
        });
    }

    /** A shard is there when its seal is, and then it is whole. */
    @ParameterizedTest
    @EnumSource
    void aStore(Fault fault) throws Exception {
        StoreManifest manifest = new StoreManifest(HookPoint.parse("net.a"), "net", "sha256:1", TorchType.FLOAT32, 1, 1, 2, 3, 2, 1, Map.of());
        boolean struck = true;
        for (int call = 1; struck; call++) {
            Path place = folder.resolve("store" + call);
            FaultyFiles faulty = new FaultyFiles(fault, call);
            try {
                shards(faulty.of(place), manifest);
            } catch (RefractException said) {
                assertFalse(said.getMessage().contains("\n"), said.getMessage());
            } catch (OutOfMemoryError memory) {
                assertEquals(Fault.MEMORY, fault);
            }
            struck = faulty.struck();
            shards(place, manifest);
            try (var store = ActivationStore.open(place)) {
                store.verify(Monitor.silent());
                assertEquals(2, store.recordings().length, "after call " + call);
            }
            assertEquals(Set.of("manifest.json", "shard-00000.json", "shard-00000.safetensors", "shard-00001.json", "shard-00001.safetensors"),
                    names(place));
        }
    }

    private static Set<String> names(Path place) throws IOException {
        try (var files = Files.list(place)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private static void shards(Path place, StoreManifest manifest) throws RefractException {
        StoreWriter.begin(place, manifest);
        for (int shard = 0; shard < manifest.shards(); shard++) {
            if (!StoreWriter.isComplete(place, shard)) {
                try (StoreWriter writer = StoreWriter.create(place, manifest, shard); Scope scope = Scope.open(Placement.CPU)) {
                    writer.append(Tensors.of(scope.manager(), new float[] {1, 2, 3, 4, 5, 6}));
                    writer.commit();
                }
            }
        }
    }
}
