package org.refract.engine.metrics;

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
        StoreManifest manifest = new StoreManifest(new HookPoint("block", Site.UPDATE), "m", "sha256:m", TorchType.FLOAT32, 1, 1, 7, WIDTH, 3, 3, Map.of());
        StoreWriter.begin(folder.resolve("store"), manifest);
        float[] values = new TorchRandom(3).randn(21 * WIDTH);
        try (Scope scope = Scope.open(Placement.CPU); StoreWriter writer = StoreWriter.create(folder.resolve("store"), manifest, 0)) {
            writer.append(Tensors.of(scope.manager(), values, 21, WIDTH));
            writer.commit();
        }
        return ActivationStore.open(folder.resolve("store"));
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
