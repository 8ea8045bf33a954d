package org.refract.sae.transcoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.job.CancelledException;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.Provenance;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.source.Batch;
import org.refract.engine.source.BatchSource;
import org.refract.engine.source.BatchStream;
import org.refract.engine.source.StreamOptions;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.engine.train.Trainer;
import org.refract.engine.train.TrainingPlan;
import org.refract.engine.train.TrainingTask;

/** A training from pairs goes on to the bit, and loses nothing when its data break, end or are cut short. */
final class SourcesTrainedTest {

    private static final int WIDTH = 6;
    private static final int OUTPUT = 9;
    private static final int BATCH = 32;

    private final TranscoderVariant variant = new TranscoderVariant();
    private final Map<String, float[]> written = new HashMap<>();

    @TempDir
    Path folder;

    /** Pairs whose batch depends on its number alone; from some batch on they fail, or are not numbers. */
    private record Pairs(long failsAt, long brokenAt) implements BatchSource {
        @Override
        public int width() {
            return WIDTH;
        }

        @Override
        public int targetWidth() {
            return OUTPUT;
        }

        @Override
        public Optional<Provenance> provenance() {
            return Optional.of(new Provenance("pairs", "sha256:pairs", new HookPoint("net.a", Site.INPUT), Map.of()));
        }

        @Override
        public Map<String, String> identity() {
            return Map.of("pairs", "1");
        }

        @Override
        public Batch sample(long seed, int count, Placement placement, NDManager owner, Monitor monitor) {
            return batch(0, owner, false);
        }

        private static Batch batch(long number, NDManager owner, boolean broken) {
            float[] x = new TorchRandom(number).randn(BATCH * WIDTH);
            if (broken) {
                x[3] = Float.NaN;
            }
            return new Batch(Tensors.of(owner, x, BATCH, WIDTH), Tensors.of(owner, new TorchRandom(1000 + number).randn(BATCH * OUTPUT), BATCH, OUTPUT));
        }

        @Override
        public BatchStream open(StreamOptions options, StreamPosition start, Monitor monitor) {
            return new BatchStream() {
                private long number = start.offset();

                @Override
                public Batch next(NDManager owner) throws RefractException {
                    if (number == failsAt) {
                        throw RefractException.failure("A shard became shorter while it was read.");
                    }
                    return batch(number, owner, number++ >= brokenAt);
                }

                @Override
                public StreamPosition position() {
                    return new StreamPosition(0, number);
                }

                @Override
                public void close() {
                }
            };
        }
    }

    private final CheckpointFormat format = new CheckpointFormat() {
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
            checkpoint.tensors().forEach((name, tensor) -> written.put(name, Tensors.floats(tensor)));
        }
    };

    private void train(Path run, Pairs pairs, long steps, Duration saveEvery, Monitor monitor) throws RefractException {
        SaeConfig config = new SaeConfig("transcoder", WIDTH, OUTPUT, 16, Settings.of(variant.hyperparameters(), Map.of("k", "4", "lr", "0.01")));
        TrainingPlan plan = new TrainingPlan(List.of(new TrainingTask("pair", variant, config, pairs)), BATCH, steps, 1, Placement.CPU, 1000, saveEvery,
                1 << 20, Optional.empty());
        new Trainer(run, plan, format).run(monitor);
    }

    private Map<String, float[]> whole(long steps) throws RefractException {
        train(folder.resolve("whole"), new Pairs(-1, Long.MAX_VALUE), steps, Duration.ofHours(1), Monitor.silent());
        return Map.copyOf(written);
    }

    private void same(Map<String, float[]> expected) {
        assertEquals(expected.keySet(), written.keySet());
        expected.forEach((name, values) -> assertArrayEquals(values, written.get(name), name));
    }

    private Path state(Path run) throws Exception {
        try (var files = Files.list(run.resolve("pair/state"))) {
            return files.toList().getFirst();
        }
    }

    @Test
    void whereReadingFailsTheStateIsSavedAndTheRestIsLearntLater() throws Exception {
        Map<String, float[]> expected = whole(12);
        Path run = folder.resolve("run");
        String sentence = assertThrows(RefractException.class, () -> train(run, new Pairs(7, Long.MAX_VALUE), 12, Duration.ofHours(1), Monitor.silent()))
                .getMessage();
        assertTrue(sentence.contains("shorter"), sentence);
        assertEquals("7.safetensors", state(run).getFileName().toString());
        train(run, new Pairs(-1, Long.MAX_VALUE), 12, Duration.ofHours(1), Monitor.silent());
        same(expected);
    }

    @Test
    void aStoppedTrainingGoesOnToTheBit() throws Exception {
        Map<String, float[]> expected = whole(9);
        Path run = folder.resolve("run");
        Monitor stops = new ForwardingMonitor(Monitor.silent()) {
            private long done;

            @Override
            public void advance(long units) {
                done += units;
            }

            @Override
            public void checkpoint() {
                if (done > 5) {
                    throw new CancelledException("The window was closed.");
                }
            }
        };
        assertThrows(CancelledException.class, () -> train(run, new Pairs(-1, Long.MAX_VALUE), 9, Duration.ofHours(1), stops));
        train(run, new Pairs(-1, Long.MAX_VALUE), 9, Duration.ofHours(1), Monitor.silent());
        same(expected);
    }

    @Test
    void whatIsNotANumberNeverReplacesAGoodState() throws Exception {
        Path run = folder.resolve("run");
        String sentence = assertThrows(RefractException.class, () -> train(run, new Pairs(-1, 4), 12, Duration.ZERO, Monitor.silent())).getMessage();
        assertTrue(sentence.contains("not finite any more at step 5") && sentence.contains("pair"), sentence);
        assertEquals("4.safetensors", state(run).getFileName().toString());
        Map<String, float[]> expected = whole(12);
        train(run, new Pairs(-1, Long.MAX_VALUE), 12, Duration.ofHours(1), Monitor.silent());
        same(expected);
    }

    @Test
    void aSavedStateThatWasCutShortIsNamed() throws Exception {
        Path run = folder.resolve("run");
        assertThrows(RefractException.class, () -> train(run, new Pairs(3, Long.MAX_VALUE), 12, Duration.ofHours(1), Monitor.silent()));
        Path state = state(run);
        Files.write(state, Arrays.copyOf(Files.readAllBytes(state), (int) Files.size(state) / 2));
        String sentence = assertThrows(RefractException.class,
                () -> train(run, new Pairs(-1, Long.MAX_VALUE), 12, Duration.ofHours(1), Monitor.silent())).getMessage();
        assertTrue(sentence.contains("3.safetensors"), sentence);
        assertFalse(sentence.contains("Exception"), sentence);
    }
}
