package org.refract.engine.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.engine.file.AtomicFolder;
import org.refract.engine.job.JobMonitor;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

class HarvestTest {

    private static final int RECORDINGS = 11;

    @TempDir
    Path run;

    private static Harvest.Plan plan(TorchType type, int batch, int part, int parts, double guidance) throws RefractException {
        return new Harvest.Plan(ImageRequest.of(2, guidance, 8, 8), List.of(SyntheticModel.A, SyntheticModel.B),
                Recordings.plan(List.of("a cat", "a \"dog\"\nand more", ""), RECORDINGS, 40), type, 4, batch, part, parts);
    }

    private static Map<String, String> bytes(Path folder) throws Exception {
        Map<String, String> all = new TreeMap<>();
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.put(folder.relativize(file).toString(), java.util.Arrays.hashCode(Files.readAllBytes(file)) + "/" + Files.size(file));
            }
        }
        return all;
    }

    private static float[] expected(HookPoint point, int recording) {
        int positions = SyntheticModel.SIDE * SyntheticModel.SIDE;
        float[] rows = new float[2 * positions * SyntheticModel.WIDTH];
        for (int step = 0; step < 2; step++) {
            float[] map = SyntheticModel.value(point, 40 + recording, step);
            for (int p = 0; p < positions; p++) {
                for (int c = 0; c < SyntheticModel.WIDTH; c++) {
                    rows[(step * positions + p) * SyntheticModel.WIDTH + c] = map[c * positions + p];
                }
            }
        }
        return rows;
    }

    @Test
    void twoHarvestsAreEqualToTheByte() throws Exception {
        for (String name : List.of("one", "two")) {
            new Harvest(run.resolve(name), plan(TorchType.BFLOAT16, 3, 0, 1, 2)).run(new SyntheticModel("sha256:1"), Monitor.silent());
        }
        assertTrue(bytes(run.resolve("one")).size() > 8, () -> run.toString());
        assertEquals(bytes(run.resolve("one")), bytes(run.resolve("two")));
    }

    @Test
    void recordsEveryVectorOfEveryPointWithItsPromptSeedAndPicture() throws Exception {
        new Harvest(run, plan(TorchType.FLOAT32, 3, 0, 1, 0)).run(new SyntheticModel("sha256:1"), Monitor.silent());
        for (HookPoint point : List.of(SyntheticModel.A, SyntheticModel.B)) {
            try (ActivationStore store = ActivationStore.open(Harvest.store(run, point)); Scope scope = Scope.open(Placement.CPU)) {
                assertEquals(RECORDINGS, store.recordings().length);
                assertEquals(RECORDINGS * 18L, store.vectors());
                for (int i = 0; i < RECORDINGS; i++) {
                    assertArrayEquals(expected(point, i), Tensors.floats(store.read(i, scope.manager())), "recording " + i);
                }
                store.verify(Monitor.silent());
            }
        }
        try (Recordings recordings = Recordings.open(run)) {
            assertEquals(RECORDINGS, recordings.size());
            assertEquals("a \"dog\"\nand more", recordings.prompt(4));
            assertEquals(50, recordings.seed(10));
            Optional<BufferedImage> image = recordings.image(10);
            assertEquals(0xff000000 | 50 << 16 | 50 << 8 | 50, image.orElseThrow().getRGB(3, 5));
        }
    }

    @Test
    void keepsTheConditionalHalfOfAGuidedBatch() throws Exception {
        new Harvest(run, plan(TorchType.FLOAT32, 4, 0, 1, 3)).run(new SyntheticModel("sha256:1"), Monitor.silent());
        try (ActivationStore store = ActivationStore.open(Harvest.store(run, SyntheticModel.A)); Scope scope = Scope.open(Placement.CPU)) {
            assertArrayEquals(expected(SyntheticModel.A, 7), Tensors.floats(store.read(7, scope.manager())));
        }
    }

    @Test
    void bfloat16StoresRoundToNearest() throws Exception {
        new Harvest(run, plan(TorchType.BFLOAT16, 4, 0, 1, 0)).run(new SyntheticModel("sha256:1"), Monitor.silent());
        try (ActivationStore store = ActivationStore.open(Harvest.store(run, SyntheticModel.B)); Scope scope = Scope.open(Placement.CPU)) {
            float[] exact = expected(SyntheticModel.B, 2);
            float[] stored = Tensors.floats(store.read(2, scope.manager()));
            for (int i = 0; i < exact.length; i++) {
                assertEquals(exact[i], stored[i], Math.abs(exact[i]) * 0x1p-8);
            }
        }
    }

    @Test
    void aStoppedHarvestGoesOnWithTheNextShardAndEndsAsIfItHadNotStopped(@TempDir Path other) throws Exception {
        SyntheticModel model = new SyntheticModel("sha256:1");
        JobMonitor monitor = new JobMonitor();
        Monitor stops = new ForwardingMonitor(monitor) {
            @Override
            public void advance(long units) {
                if (model.drawn() >= 6) {
                    monitor.cancel("Enough.");
                }
            }
        };
        assertThrows(CancelledException.class, () -> new Harvest(run, plan(TorchType.BFLOAT16, 2, 0, 1, 0)).run(model, stops));
        assertEquals(4, ActivationStore.open(Harvest.store(run, SyntheticModel.A)).recordings().length);
        assertTrue(bytes(run).keySet().stream().noneMatch(f -> f.contains("partial")));
        new Harvest(run, plan(TorchType.BFLOAT16, 2, 0, 1, 0)).run(model, Monitor.silent());
        assertEquals(6 + 7, model.drawn());
        new Harvest(other, plan(TorchType.BFLOAT16, 2, 0, 1, 0)).run(new SyntheticModel("sha256:1"), Monitor.silent());
        assertEquals(bytes(other), bytes(run));
    }

    /** Does something when so many recordings are drawn. */
    private static Monitor when(int recordings, SyntheticModel model, Callable<?> action) {
        return new ForwardingMonitor(Monitor.silent()) {
            @Override
            public void advance(long units) {
                if (model.drawn() == recordings) {
                    try {
                        action.call();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        };
    }

    @Test
    void whatWasDeletedMeanwhileIsNotClaimed() throws Exception {
        for (String gone : List.of("store", "images", "store/" + ActivationStore.folderName(SyntheticModel.A))) {
            SyntheticModel model = new SyntheticModel("sha256:1");
            Monitor monitor = when(8, model, () -> {
                AtomicFolder.delete(run.resolve(gone));
                return null;
            });
            RefractException told = assertThrows(RefractException.class, () -> new Harvest(run, plan(TorchType.BFLOAT16, 4, 0, 1, 0)).run(model, monitor));
            assertTrue(told.getMessage().contains(run.toString()), told.getMessage());
            assertEquals(RECORDINGS, new Harvest(run, plan(TorchType.BFLOAT16, 4, 0, 1, 0)).run(new SyntheticModel("sha256:1"), Monitor.silent()),
                    "the same again mends it");
            AtomicFolder.delete(run);
        }
    }

    @Test
    void aSecondHarvestOfTheSameIsToldAndAnotherPartIsNot() throws Exception {
        SyntheticModel model = new SyntheticModel("sha256:1");
        new Harvest(run, plan(TorchType.BFLOAT16, 4, 0, 2, 0)).run(model, when(4, model, () -> {
            String told = assertThrows(RefractException.class,
                    () -> new Harvest(run, plan(TorchType.BFLOAT16, 4, 0, 2, 0)).run(new SyntheticModel("sha256:1"), Monitor.silent())).getMessage();
            assertTrue(told.contains("is being written by another process") && told.contains("a harvest of part-1-of-2, since"), told);
            new Harvest(run, plan(TorchType.BFLOAT16, 4, 1, 2, 0)).run(new SyntheticModel("sha256:1"), Monitor.silent());
            return null;
        }));
        assertEquals(RECORDINGS, ActivationStore.open(Harvest.store(run, SyntheticModel.A)).recordings().length);
    }

    @Test
    void partsFillOneStore(@TempDir Path other) throws Exception {
        new Harvest(run, plan(TorchType.BFLOAT16, 3, 1, 2, 0)).run(new SyntheticModel("sha256:1"), Monitor.silent());
        assertEquals(4, ActivationStore.open(Harvest.store(run, SyntheticModel.A)).recordings().length);
        assertFalse(Recordings.open(run).image(0).isPresent());
        new Harvest(run, plan(TorchType.BFLOAT16, 3, 0, 2, 0)).run(new SyntheticModel("sha256:1"), Monitor.silent());
        new Harvest(other, plan(TorchType.BFLOAT16, 3, 0, 1, 0)).run(new SyntheticModel("sha256:1"), Monitor.silent());
        assertEquals(bytes(other), bytes(run));
    }

    @Test
    void anotherModelOrOtherPromptsAreRefused() throws Exception {
        new Harvest(run, plan(TorchType.BFLOAT16, 3, 0, 2, 0)).run(new SyntheticModel("sha256:1"), Monitor.silent());
        RefractException model = assertThrows(RefractException.class,
                () -> new Harvest(run, plan(TorchType.BFLOAT16, 3, 1, 2, 0)).run(new SyntheticModel("sha256:2"), Monitor.silent()));
        assertTrue(model.getMessage().contains("choose another folder"), model.getMessage());
        Harvest.Plan prompts = new Harvest.Plan(ImageRequest.of(2, 0, 8, 8), List.of(SyntheticModel.A),
                Recordings.plan(List.of("a bird"), RECORDINGS, 40), TorchType.BFLOAT16, 4, 3, 1, 2);
        assertThrows(RefractException.class, () -> new Harvest(run, prompts).run(new SyntheticModel("sha256:1"), Monitor.silent()));
        try (ActivationStore store = ActivationStore.open(Harvest.store(run, SyntheticModel.A))) {
            store.require(new SyntheticModel("sha256:1").info(), SyntheticModel.A);
            assertThrows(RefractException.class, () -> store.require(new SyntheticModel("sha256:2").info(), SyntheticModel.A));
            assertThrows(RefractException.class, () -> store.require(new SyntheticModel("sha256:1").info(), SyntheticModel.B));
        }
    }

    @Test
    void numbersThatAreNotFiniteEndTheHarvestAndLeaveNoShard() throws Exception {
        RefractException e = assertThrows(RefractException.class, () -> new Harvest(run, plan(TorchType.BFLOAT16, 3, 0, 1, 0))
                .run(new SyntheticModel("sha256:1", Optional.of(46)), Monitor.silent()));
        assertTrue(e.getMessage().contains("not finite"), e.getMessage());
        assertEquals(4, ActivationStore.open(Harvest.store(run, SyntheticModel.A)).recordings().length);
        assertTrue(bytes(run).keySet().stream().noneMatch(f -> f.contains("partial")));
    }
}
