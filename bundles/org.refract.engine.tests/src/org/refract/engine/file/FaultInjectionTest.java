package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.refract.api.RefractException;
import org.refract.api.analysis.Finding;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.engine.file.FaultyFiles.Fault;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.StoreManifest;
import org.refract.engine.store.StoreWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;
import org.refract.engine.unpack.FindingFiles;

/**
 * Whatever call of the file system fails, with an error, for want of room or of memory: what was there before is there as it was, or the new is
 * there whole; nothing half-written has a name; the failure is one sentence; and the same again succeeds.
 */
class FaultInjectionTest {

    @TempDir
    private Path folder;

    /** Writes the first or the second version of something into a folder. */
    @FunctionalInterface
    private interface Writing {
        void write(Path folder, int version) throws Exception;
    }

    private void holds(Fault fault, Writing writing) throws Exception {
        Map<String, String> second = clean(writing, 2);
        long call = 1;
        boolean struck = true;
        for (; struck; call++) {
            Path place = Files.createDirectory(folder.resolve("try" + call));
            writing.write(place, 1);
            Map<String, String> first = contents(place);
            FaultyFiles faulty = new FaultyFiles(fault, call);
            try {
                writing.write(faulty.of(place), 2);
            } catch (RefractException said) {
                assertFalse(said.getMessage().isBlank() || said.getMessage().contains("\n") || said.getMessage().contains("Exception"), said.getMessage());
                assertTrue(fault != Fault.FULL || FileFailure.isFull(said), said.getMessage());
            } catch (OutOfMemoryError memory) {
                assertEquals(Fault.MEMORY, fault);
            }
            struck = faulty.struck();
            Map<String, String> left = contents(place);
            assertTrue(left.equals(first) || left.equals(second), "after call " + call + " there is " + left.keySet());
            writing.write(place, 2);
            assertEquals(second, contents(place), "the same again, after call " + call);
        }
        assertTrue(call > 3, "calls were counted");
    }

    private Map<String, String> clean(Writing writing, int version) throws Exception {
        Path place = Files.createDirectory(folder.resolve("clean"));
        writing.write(place, 1);
        writing.write(place, version);
        return contents(place);
    }

    /** All that has a name of its own, with its bytes. */
    private static Map<String, String> contents(Path place) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (var files = Files.walk(place)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = place.relativize(file).toString();
                if (!name.startsWith(".") && !name.contains("/.")) {
                    all.put(name, Arrays.hashCode(Files.readAllBytes(file)) + "/" + Files.size(file));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void aFile(Fault fault) throws Exception {
        holds(fault, (place, version) -> AtomicFile.write(place.resolve("deep/a.txt"), "version " + version));
    }

    @ParameterizedTest
    @EnumSource
    void aFolder(Fault fault) throws Exception {
        holds(fault, (place, version) -> {
            try (AtomicFolder whole = AtomicFolder.create(place.resolve("whole"))) {
                AtomicFile.write(whole.path().resolve("a"), "version " + version);
                AtomicFile.write(whole.path().resolve("deep/b"), "version " + version);
                whole.commit();
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aDictionaryBesideItsLog(Fault fault) throws Exception {
        holds(fault, (place, version) -> {
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

    @ParameterizedTest
    @EnumSource
    void tensorFilesOfEveryKind(Fault fault) throws Exception {
        holds(fault, (place, version) -> tensors(place.resolve("a.safetensors"), version));
        AtomicFolder.delete(folder.resolve("clean"));
        for (int i = 1; Files.exists(folder.resolve("try" + i)); i++) {
            AtomicFolder.delete(folder.resolve("try" + i));
        }
        holds(fault, (place, version) -> {
            try (Scope scope = Scope.open(Placement.CPU)) {
                TorchArchiveWriter.write(place.resolve("a.pt"), Map.of("x", Tensors.of(scope.manager(), new float[] {version, 2, 3})), scope.manager());
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void findings(Fault fault) throws Exception {
        holds(fault, (place, version) -> FindingFiles.write(place.resolve("roles"), List.of(
                new Finding.Table("shares", "Shares", "of version " + version, List.of("a", "b"), List.of(List.of("x", (Object) (double) version))))));
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
                    contents(place).keySet());
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
