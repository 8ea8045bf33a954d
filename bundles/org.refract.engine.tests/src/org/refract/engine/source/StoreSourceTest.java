package org.refract.engine.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.Harvest;
import org.refract.engine.store.Recordings;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.store.SyntheticModel;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

/** Stores that are read side by side give the vectors of one position of one recording. */
final class StoreSourceTest {

    private static final int RECORDINGS = 13;
    private static final StreamOptions OPTIONS = new StreamOptions(5, 50, Placement.CPU, 2000);

    @TempDir
    Path folder;

    private Path harvest(String run, String model, int recordings, int steps, TorchType type, HookPoint... points) throws RefractException {
        new Harvest(folder.resolve(run), new Harvest.Plan(ImageRequest.of(steps, 0, 8, 8), List.of(points),
                Recordings.plan(List.of("x"), recordings, 0), type, 4, 4, 0, 1)).run(new SyntheticModel(model), Monitor.silent());
        return folder.resolve(run);
    }

    /** For every vector at A the vector at B of the same position. */
    private static Map<String, float[]> partners() {
        Map<String, float[]> partners = new HashMap<>();
        for (int recording = 0; recording < RECORDINGS; recording++) {
            for (int step = 0; step < 2; step++) {
                for (int position = 0; position < 9; position++) {
                    partners.put(Arrays.toString(row(SyntheticModel.A, recording, step, position)), row(SyntheticModel.B, recording, step, position));
                }
            }
        }
        return partners;
    }

    private static float[] row(HookPoint point, long seed, int step, int position) {
        float[] map = SyntheticModel.value(point, seed, step);
        float[] row = new float[SyntheticModel.WIDTH];
        for (int c = 0; c < row.length; c++) {
            row[c] = map[c * 9 + position];
        }
        return row;
    }

    @Test
    void aPairGivesTheTargetOfEachInputThoughTheStoresDiffer() throws Exception {
        Path a = harvest("a", "m", RECORDINGS, 2, TorchType.FLOAT32, SyntheticModel.A);
        Path b = harvest("b", "m", RECORDINGS, 2, TorchType.FLOAT32, SyntheticModel.B);
        try (ActivationStore input = ActivationStore.open(Harvest.store(a, SyntheticModel.A));
                ActivationStore target = ActivationStore.open(Harvest.store(b, SyntheticModel.B)); Scope scope = Scope.open(Placement.CPU);
                BatchStream stream = new StoreSource(List.of(input), Optional.of(target)).open(OPTIONS, StreamPosition.START, Monitor.silent())) {
            Map<String, float[]> partners = partners();
            for (int i = 0; i < 12; i++) {
                Batch batch = stream.next(scope.manager());
                float[] x = Tensors.floats(batch.input());
                float[] y = Tensors.floats(batch.target());
                for (int v = 0; v < 50; v++) {
                    int at = v * SyntheticModel.WIDTH;
                    assertArrayEquals(partners.get(Arrays.toString(Arrays.copyOfRange(x, at, at + SyntheticModel.WIDTH))),
                            Arrays.copyOfRange(y, at, at + SyntheticModel.WIDTH));
                }
            }
        }
    }

    @Test
    void storesTogetherStandOneAfterAnotherAndGoOnWhereTheyStopped() throws Exception {
        Path run = harvest("run", "m", RECORDINGS, 2, TorchType.FLOAT32, SyntheticModel.A, SyntheticModel.B);
        try (ActivationStore a = ActivationStore.open(Harvest.store(run, SyntheticModel.A));
                ActivationStore b = ActivationStore.open(Harvest.store(run, SyntheticModel.B)); Scope scope = Scope.open(Placement.CPU)) {
            StoreSource source = new StoreSource(List.of(a, b), Optional.empty());
            assertEquals(2 * SyntheticModel.WIDTH, source.width());
            assertEquals(2 * SyntheticModel.WIDTH, source.targetWidth());
            Map<String, float[]> partners = partners();
            StreamPosition there;
            try (BatchStream stream = source.open(OPTIONS, StreamPosition.START, Monitor.silent())) {
                Batch batch = stream.next(scope.manager());
                assertSame(batch.input(), batch.target());
                float[] x = Tensors.floats(batch.input());
                for (int v = 0; v < 50; v++) {
                    int at = v * 2 * SyntheticModel.WIDTH;
                    int middle = at + SyntheticModel.WIDTH;
                    assertArrayEquals(partners.get(Arrays.toString(Arrays.copyOfRange(x, at, middle))),
                            Arrays.copyOfRange(x, middle, middle + SyntheticModel.WIDTH));
                }
                there = stream.position();
                float[] expected = Tensors.floats(stream.next(scope.manager()).input());
                try (BatchStream resumed = source.open(OPTIONS, there, Monitor.silent())) {
                    assertArrayEquals(expected, Tensors.floats(resumed.next(scope.manager()).input()));
                }
            }
            assertTrue(source.provenance().orElseThrow().facts().get("points").contains(SyntheticModel.B.toString()));
        }
    }

    @Test
    void oneStoreIsReadAsItWasBeforeThereWereSources() throws Exception {
        Path run = harvest("run", "m", RECORDINGS, 2, TorchType.BFLOAT16, SyntheticModel.A);
        try (ActivationStore a = ActivationStore.open(Harvest.store(run, SyntheticModel.A)); Scope scope = Scope.open(Placement.CPU);
                BatchStream stream = StoreSource.of(a).open(OPTIONS, StreamPosition.START, Monitor.silent());
                var reader = org.refract.engine.store.ActivationReader.open(a, 5, 50, Placement.CPU, StreamPosition.START, 2000)) {
            assertArrayEquals(Tensors.floats(reader.next(scope.manager())), Tensors.floats(stream.next(scope.manager()).input()));
            assertEquals(reader.position(), stream.position());
        }
    }

    @Test
    void storesThatDoNotFitAreRefusedWithASentence() throws Exception {
        Path run = harvest("run", "m", RECORDINGS, 2, TorchType.FLOAT32, SyntheticModel.A);
        refused(run, harvest("steps", "m", RECORDINGS, 1, TorchType.FLOAT32, SyntheticModel.B), "vectors of different positions");
        refused(run, harvest("fewer", "m", 8, 2, TorchType.FLOAT32, SyntheticModel.B), "do not hold the same recordings (13 and 8)");
        refused(run, harvest("other", "n", RECORDINGS, 2, TorchType.FLOAT32, SyntheticModel.B), "of one model");
        Path guided = folder.resolve("guided");
        new Harvest(guided, new Harvest.Plan(ImageRequest.of(2, 3, 8, 8), List.of(SyntheticModel.B), Recordings.plan(List.of("x"), RECORDINGS, 0),
                TorchType.FLOAT32, 4, 4, 0, 1)).run(new SyntheticModel("m"), Monitor.silent());
        refused(run, guided, "recorded in different ways");
        Path seeds = folder.resolve("seeds");
        new Harvest(seeds, new Harvest.Plan(ImageRequest.of(2, 0, 8, 8), List.of(SyntheticModel.B), Recordings.plan(List.of("x"), RECORDINGS, 1),
                TorchType.FLOAT32, 4, 4, 0, 1)).run(new SyntheticModel("m"), Monitor.silent());
        refused(run, seeds, "other prompts or seeds");
        Path cut = harvest("cut", "m", RECORDINGS, 2, TorchType.FLOAT32, SyntheticModel.B);
        Path store = Harvest.store(cut, SyntheticModel.B);
        Files.delete(store.resolve("shard-00003.json"));
        refused(run, cut, "harvest the missing shards");
    }

    private void refused(Path inputs, Path targets, String words) throws RefractException {
        try (ActivationStore input = ActivationStore.open(Harvest.store(inputs, SyntheticModel.A));
                ActivationStore target = ActivationStore.open(Harvest.store(targets, SyntheticModel.B))) {
            StoreSource source = new StoreSource(List.of(input), Optional.of(target));
            String sentence = assertThrows(RefractException.class, source::check).getMessage();
            assertTrue(sentence.contains(words), sentence);
        }
    }
}
