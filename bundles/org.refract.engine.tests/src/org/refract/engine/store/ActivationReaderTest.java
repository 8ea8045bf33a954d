package org.refract.engine.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

class ActivationReaderTest {

    private static final int RECORDINGS = 13;
    private static final int BATCH = 50;

    @TempDir
    Path run;

    private Path store(TorchType type) throws RefractException {
        new Harvest(run, new Harvest.Plan(ImageRequest.of(2, 0, 8, 8), List.of(SyntheticModel.A, SyntheticModel.B),
                Recordings.plan(List.of("x"), RECORDINGS, 0), type, 4, 4, 0, 1)).run(new SyntheticModel("sha256:1"), Monitor.silent());
        return Harvest.store(run, SyntheticModel.A);
    }

    private static List<float[]> batches(Path folder, long seed, StreamPosition start, long blockBytes, int count) throws RefractException {
        List<float[]> batches = new ArrayList<>();
        try (ActivationStore store = ActivationStore.open(folder); Scope scope = Scope.open(Placement.CPU);
                ActivationReader reader = ActivationReader.open(store, seed, BATCH, Placement.CPU, start, blockBytes)) {
            for (int i = 0; i < count; i++) {
                try (NDArray batch = reader.next(scope.manager())) {
                    batches.add(Tensors.floats(batch));
                }
            }
        }
        return batches;
    }

    private static void same(List<float[]> expected, List<float[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "batch " + i);
        }
    }

    @Test
    void theSameSeedGivesTheSameOrderAndAnotherSeedAnother() throws Exception {
        Path folder = store(TorchType.BFLOAT16);
        List<float[]> first = batches(folder, 7, StreamPosition.START, 1 << 20, 12);
        same(first, batches(folder, 7, StreamPosition.START, 1 << 20, 12));
        assertFalse(Arrays.equals(first.getFirst(), batches(folder, 8, StreamPosition.START, 1 << 20, 1).getFirst()));
    }

    @Test
    void everyVectorComesOnceAnEpochWhateverTheBlock() throws Exception {
        Path folder = store(TorchType.FLOAT32);
        int vectors = RECORDINGS * 18;
        for (long blockBytes : new long[] {1, 2000, 1 << 20}) {
            Map<String, Integer> seen = new HashMap<>();
            List<float[]> batches = batches(folder, 3, StreamPosition.START, blockBytes, (2 * vectors + BATCH - 1) / BATCH);
            for (int v = 0; v < 2 * vectors; v++) {
                int at = v % BATCH * SyntheticModel.WIDTH;
                seen.merge(Arrays.toString(Arrays.copyOfRange(batches.get(v / BATCH), at, at + SyntheticModel.WIDTH)), 1, Integer::sum);
            }
            assertEquals(vectors, seen.size());
            assertTrue(seen.values().stream().allMatch(n -> n == 2));
        }
    }

    @Test
    void aReaderOpenedAtASavedPositionGoesOnWithTheNextBatch() throws Exception {
        Path folder = store(TorchType.BFLOAT16);
        List<float[]> all = batches(folder, 1, StreamPosition.START, 1500, 14);
        try (ActivationStore store = ActivationStore.open(folder); Scope scope = Scope.open(Placement.CPU);
                ActivationReader reader = ActivationReader.open(store, 1, BATCH, Placement.CPU, StreamPosition.START, 1500)) {
            for (int i = 0; i < 13; i++) {
                reader.next(scope.manager()).close();
                same(all.subList(i + 1, i + 2), batches(folder, 1, reader.position(), 1500, 1));
            }
        }
    }

    @Test
    void readersOfTwoPointsMeetTheSameRecordingsTogether() throws Exception {
        store(TorchType.FLOAT32);
        Map<String, String> where = new HashMap<>();
        for (int r = 0; r < RECORDINGS; r++) {
            for (int s = 0; s < 2; s++) {
                for (int p = 0; p < 9; p++) {
                    for (var point : List.of(SyntheticModel.A, SyntheticModel.B)) {
                        float[] map = SyntheticModel.value(point, r, s);
                        float[] row = new float[SyntheticModel.WIDTH];
                        for (int c = 0; c < row.length; c++) {
                            row[c] = map[c * 9 + p];
                        }
                        where.put(Arrays.toString(row), r + " " + s + " " + p);
                    }
                }
            }
        }
        float[] a = batches(Harvest.store(run, SyntheticModel.A), 5, StreamPosition.START, 2000, 1).getFirst();
        float[] b = batches(Harvest.store(run, SyntheticModel.B), 5, StreamPosition.START, 2000, 1).getFirst();
        for (int at = 0; at < a.length; at += SyntheticModel.WIDTH) {
            assertEquals(where.get(Arrays.toString(Arrays.copyOfRange(a, at, at + SyntheticModel.WIDTH))),
                    where.get(Arrays.toString(Arrays.copyOfRange(b, at, at + SyntheticModel.WIDTH))));
        }
    }

    @Test
    void readingForLongKeepsNoTensors() throws Exception {
        try (ActivationStore store = ActivationStore.open(store(TorchType.BFLOAT16)); Scope scope = Scope.open(Placement.CPU);
                ActivationReader reader = ActivationReader.open(store, 1, BATCH, Placement.CPU, StreamPosition.START, 1500)) {
            for (int i = 0; i < 200; i++) {
                reader.next(scope.manager()).close();
                assertEquals(0, scope.liveTensors());
            }
        }
    }

    @Test
    void aDamagedShardIsNamed() throws Exception {
        Path folder = store(TorchType.BFLOAT16);
        Path shard = folder.resolve("shard-00001.safetensors");
        byte[] whole = Files.readAllBytes(shard);
        byte[] flipped = whole.clone();
        flipped[whole.length - 3] ^= 1;
        Files.write(shard, flipped);
        try (ActivationStore store = ActivationStore.open(folder)) {
            RefractException e = assertThrows(RefractException.class, () -> store.verify(Monitor.silent()));
            assertTrue(e.getMessage().contains("shard-00001"), e.getMessage());
        }
        Files.write(shard, Arrays.copyOf(whole, whole.length - 1));
        assertTrue(assertThrows(RefractException.class, () -> ActivationStore.open(folder)).getMessage().contains("shard-00001"));
    }

    @Test
    void missingAndEmptyStoresAreSaidToBeSo() throws Exception {
        Path folder = store(TorchType.BFLOAT16);
        assertTrue(assertThrows(RefractException.class, () -> ActivationStore.open(run.resolve("nowhere"))).getMessage().contains("no activation"));
        assertTrue(assertThrows(RefractException.class, () -> ActivationStore.open(run)).getMessage().contains("no activation store"));
        for (int s = 0; s < 4; s++) {
            Files.delete(folder.resolve("shard-0000" + s + ".json"));
        }
        assertTrue(assertThrows(RefractException.class, () -> ActivationStore.open(folder)).getMessage().contains("is empty"));
    }

    @Test
    void hostileManifestsAndSealsAreRefusedWithASentence() throws Exception {
        Path folder = store(TorchType.BFLOAT16);
        Random random = new Random(4);
        for (String name : List.of("manifest.json", "shard-00000.json")) {
            Path file = folder.resolve(name);
            byte[] sound = Files.readAllBytes(file);
            for (int round = 0; round < 400; round++) {
                Files.write(file, mutated(sound, random));
                try (ActivationStore store = ActivationStore.open(folder); Scope scope = Scope.open(Placement.CPU)) {
                    for (int recording : store.recordings()) {
                        store.read(recording, scope.manager());
                    }
                } catch (RefractException expected) {
                    assertFalse(expected.getMessage().isBlank());
                }
            }
            Files.write(file, sound);
        }
    }

    private static byte[] mutated(byte[] sound, Random random) {
        byte[] bytes = random.nextInt(4) == 0 ? Arrays.copyOf(sound, random.nextInt(sound.length)) : sound.clone();
        for (int i = 0; i < bytes.length && i < 1 + random.nextInt(4); i++) {
            int at = random.nextInt(bytes.length);
            bytes[at] = (byte) (random.nextBoolean() ? "0123456789-e.\"{}[],:".charAt(random.nextInt(20)) : random.nextInt(256));
        }
        return bytes;
    }
}
