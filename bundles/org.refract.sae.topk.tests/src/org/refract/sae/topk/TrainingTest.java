package org.refract.sae.topk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.job.CancelledException;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.train.EarlyStop;
import org.refract.engine.train.RunLog;
import org.refract.engine.train.Trainer;
import org.refract.engine.train.TrainingPlan;
import org.refract.engine.train.TrainingTask;

class TrainingTest {

    private static final int BATCH = 96;

    private final TopKVariant variant = new TopKVariant();

    @TempDir
    Path folder;

    /** Keeps the bytes of what it is told to write. */
    private static final class Kept implements CheckpointFormat {
        final Map<String, Map<String, byte[]>> written = new HashMap<>();

        @Override
        public String id() {
            return "kept";
        }

        @Override
        public boolean recognises(Path location) {
            return Files.exists(location.resolve("weights"));
        }

        @Override
        public Checkpoint read(Path location, NDManager owner) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(Checkpoint checkpoint, Path location) throws RefractException {
            AtomicFile.write(location.resolve("weights"), "kept");
            Map<String, byte[]> tensors = new HashMap<>();
            checkpoint.tensors().forEach((name, tensor) -> {
                byte[] bytes = new byte[Tensors.raw(tensor).remaining()];
                Tensors.raw(tensor).get(bytes);
                tensors.put(name, bytes);
            });
            written.put(location.getFileName().toString(), tensors);
        }
    }

    /** Asks to stop after a number of steps. */
    private static final class StopsAfter extends ForwardingMonitor {
        private long left;

        /** @param tasks units of progress that the preparation takes */
        StopsAfter(long steps, int tasks) {
            super(Monitor.silent());
            left = steps + tasks;
        }

        @Override
        public void advance(long units) {
            left -= units;
        }

        @Override
        public void checkpoint() {
            if (left <= 0) {
                throw new CancelledException("The extension 'x' was removed.");
            }
        }
    }

    private TrainingTask task(String name, ActivationStore store, int latents, String k) throws RefractException {
        return task(name, store, latents, k, "0.003");
    }

    private TrainingTask task(String name, ActivationStore store, int latents, String k, String lr) throws RefractException {
        Settings settings = Settings.of(variant.hyperparameters(),
                Map.of("k", k, "auxk", "4", "lr", lr, "dead_tokens", Integer.toString(3 * BATCH)));
        return new TrainingTask(name, variant, new SaeConfig("topk", store.width(), store.width(), latents, settings), store);
    }

    private TrainingPlan plan(List<TrainingTask> tasks, long steps) {
        return new TrainingPlan(tasks, BATCH, steps, 5, Placement.CPU, 7, Duration.ofDays(1), 1 << 16, Optional.empty());
    }

    private static void same(Kept expected, Kept actual) {
        assertEquals(expected.written.keySet(), actual.written.keySet());
        expected.written.forEach((task, tensors) -> tensors.forEach(
                (name, bytes) -> assertArrayEquals(bytes, actual.written.get(task).get(name), task + " " + name)));
    }

    @Test
    void aSecondTrainingInTheSameFolderIsToldAndTheFirstGoesOn() throws Exception {
        try (ActivationStore store = new Planted(12, 24, 3, 1).store(folder.resolve("store"), 70)) {
            TrainingPlan plan = plan(List.of(task("a", store, 24, "3")), 4);
            List<String> told = new ArrayList<>();
            new Trainer(folder.resolve("sae"), plan, new Kept()).run(new ForwardingMonitor(Monitor.silent()) {
                @Override
                public void advance(long units) {
                    told.add(assertThrows(RefractException.class, () -> new Trainer(folder.resolve("sae"), plan, new Kept()).run(Monitor.silent())).getMessage());
                }
            });
            assertTrue(told.getFirst().contains("is being written by another process") && told.getFirst().contains("a training, since"), told::toString);
            assertFalse(Files.exists(folder.resolve("sae/.lock")));
        }
    }

    @Test
    void aDictionaryThatWasDeletedMeanwhileIsNotClaimed() throws Exception {
        try (ActivationStore store = new Planted(12, 24, 3, 1).store(folder.resolve("store"), 70)) {
            TrainingPlan plan = plan(List.of(task("a", store, 24, "3")), 4);
            Path log = folder.resolve("sae/a/log.jsonl");
            RefractException lost = assertThrows(RefractException.class, () -> new Trainer(folder.resolve("sae"), plan, new Kept()).run(
                    new ForwardingMonitor(Monitor.silent()) {
                        @Override
                        public void advance(long units) {
                            assertTrue(!Files.exists(log) || log.toFile().delete());
                        }
                    }));
            assertTrue(lost.getMessage().startsWith(log + " was written, but is not there any more"), lost.getMessage());
        }
    }

    @Test
    void survivesAKillBetweenTwoSteps() throws Exception {
        try (ActivationStore store = new Planted(12, 24, 3, 1).store(folder.resolve("store"), 70)) {
            List<TrainingTask> tasks = List.of(task("small", store, 24, "3"), task("large", store, 48, "4"));
            Kept whole = new Kept();
            new Trainer(folder.resolve("whole"), plan(tasks, 40), whole).run(Monitor.silent());
            for (int stop : new int[] {1, 17, 39}) {
                Kept stopped = new Kept();
                Path place = folder.resolve("stopped" + stop);
                assertThrows(CancelledException.class, () -> new Trainer(place, plan(tasks, 40), stopped).run(new StopsAfter(stop, 2)));
                new Trainer(place, plan(tasks, 40), stopped).run(Monitor.silent());
                same(whole, stopped);
                List<RunLog.Entry> expected = RunLog.read(folder.resolve("whole/small/log.jsonl"));
                List<RunLog.Entry> log = RunLog.read(place.resolve("small/log.jsonl"));
                assertEquals(List.of(1L, 7L, 14L, 21L, 28L, 35L, 40L), log.stream().map(RunLog.Entry::step).toList());
                for (int i = 0; i < log.size(); i++) {
                    for (String name : List.of("total", "explained_variance", "l0", "dead", "density_1e-1")) {
                        assertEquals(expected.get(i).metrics().get(name), log.get(i).metrics().get(name), name + " in line " + i);
                    }
                }
            }
        }
    }

    /** Each ends for itself, is written then, and the rest learns what it would have learnt alone; a kill before, between or after changes no bit. */
    @Test
    void oneThatGetsNoBetterEndsAndTheOthersGoOn() throws Exception {
        try (ActivationStore store = new Planted(12, 24, 3, 1).store(folder.resolve("store"), 70)) {
            List<TrainingTask> tasks = List.of(task("still", store, 24, "3", "1e-9"), task("learning", store, 48, "4", "0.003"));
            TrainingPlan plan = plan(tasks, 40).withEarlyStop(new EarlyStop("total", 14, 0.05));
            Kept whole = new Kept();
            Map<String, Map<String, Double>> metrics = new Trainer(folder.resolve("whole"), plan, whole).run(Monitor.silent());
            assertEquals(28, metrics.get("still").get("steps"));
            assertEquals(40, metrics.get("learning").get("steps"));
            assertEquals(List.of("still", "learning"), List.copyOf(metrics.keySet()));
            assertEquals(28, RunLog.read(folder.resolve("whole/still/log.jsonl")).getLast().step());
            Kept alone = new Kept();
            new Trainer(folder.resolve("alone"), plan(tasks.subList(1, 2), 40), alone).run(Monitor.silent());
            assertArrayEquals(alone.written.get("learning").get("decoder.weight"), whole.written.get("learning").get("decoder.weight"));
            for (int stop : new int[] {9, 28, 33}) {
                Kept stopped = new Kept();
                Path place = folder.resolve("stopped" + stop);
                assertThrows(CancelledException.class, () -> new Trainer(place, plan, stopped).run(new StopsAfter(stop, 2)));
                assertEquals(metrics.get("still").get("total"), new Trainer(place, plan, stopped).run(Monitor.silent()).get("still").get("total"));
                same(whole, stopped);
            }
            assertEquals(metrics.keySet(), new Trainer(folder.resolve("whole"), plan, whole).run(Monitor.silent()).keySet());
        }
    }

    @Test
    void anEarlyStopOnAMetricThatIsNotThereNamesThoseThatAre() throws Exception {
        try (ActivationStore store = new Planted(12, 24, 3, 1).store(folder.resolve("store"), 40)) {
            TrainingPlan plan = plan(List.of(task("one", store, 24, "3")), 9).withEarlyStop(new EarlyStop("fvu", 3, 0));
            RefractException e = assertThrows(RefractException.class, () -> new Trainer(folder.resolve("sae"), plan, new Kept()).run(Monitor.silent()));
            assertTrue(e.getMessage().contains("'fvu'") && e.getMessage().contains("explained_variance"), e.getMessage());
        }
    }

    /** A state that was written but not yet named is what a kill in the middle of saving leaves. */
    @Test
    void aHalfSavedStateIsIgnored() throws Exception {
        try (ActivationStore store = new Planted(12, 24, 3, 1).store(folder.resolve("store"), 70)) {
            List<TrainingTask> tasks = List.of(task("one", store, 24, "3"));
            Kept whole = new Kept();
            new Trainer(folder.resolve("whole"), plan(tasks, 20), whole).run(Monitor.silent());
            Kept stopped = new Kept();
            Path place = folder.resolve("stopped");
            assertThrows(CancelledException.class, () -> new Trainer(place, plan(tasks, 20), stopped).run(new StopsAfter(8, 1)));
            Files.write(place.resolve("one/state/12.safetensors"), new byte[100]);
            new Trainer(place, plan(tasks, 20), stopped).run(Monitor.silent());
            same(whole, stopped);
            assertTrue(Files.notExists(place.resolve("one/state/12.safetensors")));
        }
    }

    @Test
    void damagedStatesAreRefusedWithASentence() throws Exception {
        try (ActivationStore store = new Planted(12, 24, 3, 1).store(folder.resolve("store"), 40)) {
            List<TrainingTask> tasks = List.of(task("one", store, 24, "3"));
            Path place = folder.resolve("sae");
            assertThrows(CancelledException.class, () -> new Trainer(place, plan(tasks, 20), new Kept()).run(new StopsAfter(2, 1)));
            Random random = new Random(6);
            List<Path> files = List.of(place.resolve("training.json"), place.resolve("one/state/2.safetensors"));
            List<byte[]> whole = List.of(Files.readAllBytes(files.getFirst()), Files.readAllBytes(files.getLast()));
            for (int damaged = 0; damaged < files.size(); damaged++) {
                byte[] sound = whole.get(damaged);
                for (int round = 0; round < 60; round++) {
                    for (int i = 0; i < files.size(); i++) {
                        Files.write(files.get(i), whole.get(i));
                    }
                    byte[] bytes = round % 4 == 0 ? Arrays.copyOf(sound, random.nextInt(sound.length)) : sound.clone();
                    for (int i = 0; i < bytes.length && i < 3; i++) {
                        bytes[random.nextInt(Math.min(1500, bytes.length))] = (byte) random.nextInt(32, 127);
                    }
                    Files.write(files.get(damaged), bytes);
                    try {
                        new Trainer(place, plan(tasks, 2), new Kept()).run(Monitor.silent());
                    } catch (RefractException expected) {
                        assertFalse(expected.getMessage().isBlank());
                    }
                }
            }
        }
    }

    @Test
    void trainingTogetherGivesWhatTrainingAloneGives() throws Exception {
        try (ActivationStore store = new Planted(12, 24, 3, 1).store(folder.resolve("store"), 70)) {
            Kept together = new Kept();
            new Trainer(folder.resolve("both"), plan(List.of(task("a", store, 24, "3"), task("b", store, 48, "4")), 15), together)
                    .run(Monitor.silent());
            Kept alone = new Kept();
            new Trainer(folder.resolve("a"), plan(List.of(task("a", store, 24, "3")), 15), alone).run(Monitor.silent());
            new Trainer(folder.resolve("b"), plan(List.of(task("b", store, 48, "4")), 15), alone).run(Monitor.silent());
            same(together, alone);
        }
    }

    @Test
    void findsAPlantedDictionary() throws Exception {
        Planted planted = new Planted(16, 24, 2, 3);
        try (ActivationStore store = planted.store(folder.resolve("store"), 256)) {
            Settings settings = Settings.of(variant.hyperparameters(), Map.of("k", "2", "auxk", "8", "lr", "0.004", "dead_tokens", "4096"));
            TrainingTask task = new TrainingTask("planted", variant, new SaeConfig("topk", 16, 16, 48, settings), store);
            Kept kept = new Kept();
            Map<String, Double> metrics = new Trainer(folder.resolve("sae"), new TrainingPlan(List.of(task), 256, 1500, 0, Placement.CPU, 500,
                    Duration.ofDays(1), 1 << 20, Optional.empty()), kept).run(Monitor.silent()).get("planted");
            var decoder = java.nio.ByteBuffer.wrap(kept.written.get("planted").get("decoder.weight")).order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            float[] columns = new float[decoder.remaining()];
            decoder.get(columns);
            try (NDManager manager = NDManager.newBaseManager("PyTorch"); NDArray rows = Tensors.of(manager, columns, 16, 48).transpose()) {
                double recovered = planted.recovered(rows);
                assertTrue(recovered > 0.9, "mean largest cosine " + recovered + ", " + metrics);
            }
            assertTrue(metrics.get("explained_variance") > 0.8, metrics.toString());
        }
    }

    @Test
    void anotherTrainingInTheSameFolderIsRefused() throws Exception {
        try (ActivationStore store = new Planted(12, 24, 3, 1).store(folder.resolve("store"), 40)) {
            new Trainer(folder.resolve("sae"), plan(List.of(task("a", store, 24, "3")), 3), new Kept()).run(Monitor.silent());
            RefractException e = assertThrows(RefractException.class,
                    () -> new Trainer(folder.resolve("sae"), plan(List.of(task("a", store, 24, "2")), 3), new Kept()).run(Monitor.silent()));
            assertTrue(e.getMessage().contains("other settings"), e.getMessage());
        }
    }

    @Test
    void whatCannotBeTrainedIsSaidInASentence() throws Exception {
        try (ActivationStore store = new Planted(12, 24, 3, 1).store(folder.resolve("store"), 40)) {
            SaeConfig wide = new SaeConfig("topk", 13, 13, 24, Settings.of(variant.hyperparameters(), Map.of()));
            assertTrue(assertThrows(RefractException.class, () -> new Trainer(folder.resolve("sae"),
                    plan(List.of(new TrainingTask("a", variant, wide, store)), 3), new Kept()).run(Monitor.silent())).getMessage().contains("width 13"));
            TrainingTask greedy = task("a", store, 24, "25");
            assertTrue(assertThrows(RefractException.class, () -> new Trainer(folder.resolve("sae"), plan(List.of(greedy), 3), new Kept())
                    .run(Monitor.silent())).getMessage().contains("'k' cannot be 25"));
            TrainingTask wild = new TrainingTask("a", variant, new SaeConfig("topk", 12, 12, 24,
                    Settings.of(variant.hyperparameters(), Map.of("k", "3", "lr", "1e30"))), store);
            assertTrue(assertThrows(RefractException.class, () -> new Trainer(folder.resolve("sae"), plan(List.of(wild), 60), new Kept())
                    .run(Monitor.silent())).getMessage().contains("smaller learning rate"));
        }
    }
}
