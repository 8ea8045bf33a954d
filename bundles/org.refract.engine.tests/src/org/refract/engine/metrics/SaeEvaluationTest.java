package org.refract.engine.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.sae.Sae;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.source.StoreSource;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.StoreManifest;
import org.refract.engine.store.StoreWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.engine.tensor.TorchType;

/** Dictionaries are measured on a store in one go, on every vector once. */
class SaeEvaluationTest {

    private static final int WIDTH = 6;

    @TempDir
    private Path folder;

    /** A store of 3 recordings with 7 vectors each. */
    private ActivationStore store() throws RefractException {
        return store("block", 3);
    }

    private ActivationStore store(String block, long seed) throws RefractException {
        Path place = folder.resolve(block.equals("block") ? "store" : block);
        StoreManifest manifest = new StoreManifest(new HookPoint(block, Site.UPDATE), "m", "sha256:m", TorchType.FLOAT32, 1, 1, 7, WIDTH, 3, 3, Map.of());
        StoreWriter.begin(place, manifest);
        float[] values = new TorchRandom(seed).randn(21 * WIDTH);
        try (Scope scope = Scope.open(Placement.CPU); StoreWriter writer = StoreWriter.create(place, manifest, 0)) {
            writer.append(Tensors.of(scope.manager(), values, 21, WIDTH));
            writer.commit();
        }
        return ActivationStore.open(place);
    }

    /** Latents 0 to 5 write to the first point, 6 to 11 to the second at half their length, 12 to both: with a third of its norm to the first. */
    private static Sae crosscoder(int points) throws RefractException {
        int width = 2 * WIDTH;
        int latents = 2 * width + 1;
        float[] encoder = new float[width * latents];
        float[] decoder = new float[latents * width];
        for (int f = 0; f < 2 * width; f++) {
            float sign = f < width ? 1 : -1;
            encoder[f % width * latents + f] = sign;
            decoder[f * width + f % width] = sign * (f % width < WIDTH ? 1 : 0.5f);
        }
        decoder[2 * width * width] = 1;
        decoder[2 * width * width + WIDTH] = 2;
        try (Scope scope = Scope.open(Placement.CPU)) {
            return DenseSae.restore(SaeForm.CROSSCODER.config(width, width, latents, Map.of("points", "" + points)), Map.of("W_enc",
                    Tensors.of(scope.manager(), encoder, width, latents), "W_dec", Tensors.of(scope.manager(), decoder, latents, width), "b_enc",
                    Tensors.zeros(scope.manager(), latents), "b_dec", Tensors.zeros(scope.manager(), width)), Placement.CPU);
        }
    }

    @Test
    void aCrosscoderIsMeasuredAtEachOfItsHookPoints() throws Exception {
        try (ActivationStore first = store(); ActivationStore second = store("later", 8); Sae sae = crosscoder(2); Sae four = crosscoder(4)) {
            StoreSource both = new StoreSource(List.of(first, second), Optional.empty());
            SaeEvaluation.Scores scores = new SaeEvaluation(1000, 4, 5).of(List.of(sae), both, Placement.CPU, Monitor.silent()).getFirst();
            Map<String, Double> found = scores.metrics();
            assertEquals(1, found.get("frac_variance_explained[block:update]"), 1e-9);
            assertEquals(0.75, found.get("frac_variance_explained[later:update]"), 1e-6);
            assertEquals(0, found.get("mse[block:update]"), 1e-9);
            assertEquals(2 * found.get("mse"), found.get("mse[later:update]"), 1e-9);
            assertEquals(0.5, found.get("l2_ratio[later:update]"), 1e-6);
            assertEquals(12, found.get("l0"), 1e-9);
            assertFalse(found.containsKey("l0[block:update]"), "latents are of all points");
            assertEquals((12 + 1 / 3.0) / 25, found.get("decoder_norm_share[block:update]"), 1e-6);
            assertEquals(12 / 25.0, found.get("frac_own_latents[later:update]"), 1e-9);
            assertArrayEquals(new int[] {12, 0, 0, 1, 0, 0, 0, 0, 0, 12}, scores.shares().orElseThrow().histogram(0));
            assertArrayEquals(new int[] {12, 0, 0, 0, 0, 0, 1, 0, 0, 12}, scores.shares().orElseThrow().histogram(1));
            assertThrows(RefractException.class, () -> new SaeEvaluation(1000, 4, 5).of(List.of(four), both, Placement.CPU, Monitor.silent()));
        }
    }

    /** The same point of two models is told apart by the stores' folders. */
    @Test
    void pointsOfOneNameAreCalledByTheirStores() throws Exception {
        try (ActivationStore first = store(); ActivationStore second = store("later", 8)) {
            assertEquals(List.of("block:update", "later:update"), PointMetrics.names(List.of(first, second)));
            assertEquals(List.of("1", "2"), PointMetrics.names(List.of(first, first)));
            assertEquals(List.of(), PointMetrics.names(List.of(first)));
            Path other = Files.createDirectories(folder.resolve("other"));
            try (var files = Files.list(folder.resolve("store"))) {
                for (Path file : files.toList()) {
                    Files.copy(file, other.resolve(file.getFileName()));
                }
            }
            try (ActivationStore copy = ActivationStore.open(other)) {
                assertEquals(List.of("store", "other"), PointMetrics.names(List.of(first, copy)));
            }
        }
    }

    @Test
    void severalDictionariesAreMeasuredOnEveryVectorOnce() throws Exception {
        try (ActivationStore store = store(); Sae whole = RecoveryTest.signs(WIDTH, 1, 0); Sae none = RecoveryTest.signs(WIDTH, 0, 0)) {
            for (int batch : new int[] {1, 4, 21, 1000}) {
                List<SaeEvaluation.Scores> scores =
                        new SaeEvaluation(1000, batch, 5).of(List.of(whole, none), StoreSource.of(store), Placement.CPU, Monitor.silent());
                assertEquals(1, scores.get(0).metrics().get("frac_variance_explained"), 1e-9);
                assertEquals(0, scores.get(0).metrics().get("mse"), 1e-9);
                assertEquals(6, scores.get(0).metrics().get("l0"), 1e-9);
                assertEquals(0, scores.get(1).metrics().get("frac_variance_explained"), 1e-9);
                assertEquals(1, scores.get(1).metrics().get("normalized_mse.openai"), 1e-9);
                double[] densities = scores.get(0).densities();
                for (int c = 0; c < WIDTH; c++) {
                    assertEquals(1, densities[c] + densities[WIDTH + c], 1e-9);
                }
                assertFalse(scores.get(0).metrics().containsKey("dead_1e4"), "21 samples say nothing about 10 000");
            }
        }
    }

    /** Half of x predicts x with an explained variance of 3/4. */
    @Test
    void aTranscoderIsMeasuredOnItsTargets() throws Exception {
        try (ActivationStore store = store(); Sae half = RecoveryTest.signs(WIDTH, 0.5f, 0); Sae narrow = RecoveryTest.signs(WIDTH - 1, 1, 0)) {
            StoreSource pair = new StoreSource(List.of(store), Optional.of(store));
            Map<String, Double> found = new SaeEvaluation(1000, 4, 5).of(List.of(half), pair, Placement.CPU, Monitor.silent()).getFirst().metrics();
            assertEquals(0.75, found.get("frac_variance_explained"), 1e-6);
            assertThrows(RefractException.class, () -> new SaeEvaluation(1000, 4, 5).of(List.of(narrow), pair, Placement.CPU, Monitor.silent()));
        }
    }

    @Test
    void whatCannotBeMeasuredIsSaidInASentence() throws Exception {
        try (ActivationStore store = store(); Sae sae = RecoveryTest.signs(WIDTH, 1, 0)) {
            Path shard = folder.resolve("store/shard-00000.safetensors");
            byte[] bytes = Files.readAllBytes(shard);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4, Float.NaN);
            Files.write(shard, bytes);
            RefractException e = assertThrows(RefractException.class,
                    () -> new SaeEvaluation(1000, 8, 0).of(List.of(sae), StoreSource.of(store), Placement.CPU, Monitor.silent()));
            assertTrue(e.getMessage().contains("NaN"), e.getMessage());
        }
    }
}
