package org.refract.engine.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.json.Json;
import org.refract.api.model.Placement;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** The measures are those of the tools they are named after, however the samples are cut into batches. */
class ReconstructionMetricsTest {

    private static final int SAMPLES = 300;
    private static final int LATENTS = 40;

    /** What each tool calls a measure. */
    private static final Map<String, Metric> NAMES = Map.ofEntries(
            Map.entry("dictionary_learning.l2_loss", Metric.L2_LOSS),
            Map.entry("dictionary_learning.l1_loss", Metric.L1),
            Map.entry("dictionary_learning.l0", Metric.L0),
            Map.entry("dictionary_learning.frac_variance_explained", Metric.FRAC_VARIANCE_EXPLAINED),
            Map.entry("dictionary_learning.cossim", Metric.COSSIM),
            Map.entry("dictionary_learning.l2_ratio", Metric.L2_RATIO),
            Map.entry("dictionary_learning.relative_reconstruction_bias", Metric.RELATIVE_RECONSTRUCTION_BIAS),
            Map.entry("saelens.l2_ratio", Metric.L2_RATIO),
            Map.entry("saelens.l0", Metric.L0),
            Map.entry("saelens.l1", Metric.L1),
            Map.entry("saelens.explained_variance_legacy", Metric.EXPLAINED_VARIANCE_SAELENS_LEGACY),
            Map.entry("saelens.explained_variance", Metric.EXPLAINED_VARIANCE_SAELENS_EVALS),
            Map.entry("saelens_trainer.explained_variance", Metric.EXPLAINED_VARIANCE_SAELENS),
            Map.entry("sdxl_unbox.explained_variance", Metric.EXPLAINED_VARIANCE_SDXL_UNBOX),
            Map.entry("sdxl_unbox.mse", Metric.MSE),
            Map.entry("sdxl_unbox.normalized_mse", Metric.FVU_SPARSIFY),
            Map.entry("openai.normalized_mean_squared_error", Metric.NORMALIZED_MSE_OPENAI),
            Map.entry("openai.normalized_L1_loss", Metric.NORMALIZED_L1_OPENAI));

    private Path golden;

    @BeforeEach
    void locate() throws Exception {
        golden = new Locations().reference("sae_metrics");
    }

    /** Feeds the golden samples in batches. */
    private void feed(Scope scope, LatentActivity activity, ReconstructionMetrics metrics, int batch) throws Exception {
        try (SafeTensors file = SafeTensors.open(golden.resolve("golden.safetensors"))) {
            float[] x = file.floats("x");
            float[] y = file.floats("recon");
            float[] z = file.floats("latents");
            int width = x.length / SAMPLES;
            for (int first = 0; first < SAMPLES; first += batch) {
                int rows = Math.min(batch, SAMPLES - first);
                metrics.add(rows(scope, x, first, rows, width), codes(scope, z, first, rows), rows(scope, y, first, rows, width));
            }
        }
    }

    private static NDArray rows(Scope scope, float[] all, int first, int rows, int width) {
        return Tensors.of(scope.manager(), java.util.Arrays.copyOfRange(all, first * width, (first + rows) * width), rows, width);
    }

    private static SparseCodes codes(Scope scope, float[] dense, int first, int rows) {
        int slots = 6;
        long[] indices = new long[rows * slots];
        float[] values = new float[rows * slots];
        for (int row = 0; row < rows; row++) {
            int slot = 0;
            for (int f = 0; f < LATENTS; f++) {
                float value = dense[(first + row) * LATENTS + f];
                if (value != 0) {
                    indices[row * slots + slot] = f;
                    values[row * slots + slot++] = value;
                }
            }
        }
        return new SparseCodes(Tensors.of(scope.manager(), indices, rows, slots), Tensors.of(scope.manager(), values, rows, slots), LATENTS);
    }

    private NDArray mean(Scope scope) throws Exception {
        try (SafeTensors file = SafeTensors.open(golden.resolve("golden.safetensors"))) {
            float[] x = file.floats("x");
            double[] mean = new double[x.length / SAMPLES];
            for (int i = 0; i < x.length; i++) {
                mean[i % mean.length] += x[i] / (double) SAMPLES;
            }
            return Tensors.of(scope.manager(), mean, mean.length);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64, 300})
    void everyMeasureIsThatOfTheToolItIsNamedAfter(int batch) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); LatentActivity activity = new LatentActivity(scope, LATENTS)) {
            ReconstructionMetrics metrics = new ReconstructionMetrics(mean(scope), activity);
            feed(scope, activity, metrics, batch);
            Map<Metric, Double> values = metrics.values();
            Json expected = Json.read(golden.resolve("expected.json"));
            for (var name : NAMES.entrySet()) {
                double wanted = expected.at(name.getKey()).number();
                assertEquals(wanted, values.get(name.getValue()), 2e-6 * Math.abs(wanted) + 1e-6, name.getKey());
            }
            assertEquals(java.util.List.of(Metric.values()), java.util.List.copyOf(values.keySet()));
        }
    }

    @Test
    void densitiesAndLivingLatentsAreCounted() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); LatentActivity activity = new LatentActivity(scope, LATENTS)) {
            feed(scope, activity, new ReconstructionMetrics(mean(scope), activity), 77);
            try (SafeTensors file = SafeTensors.open(golden.resolve("golden.safetensors"))) {
                float[] expected = file.floats("density");
                double[] found = activity.densities();
                for (int f = 0; f < LATENTS; f++) {
                    assertEquals(expected[f], found[f], 1e-6);
                }
            }
            assertEquals(0.975, activity.alive(), 1e-12);
            assertEquals(LATENTS, activity.histogram().values().stream().mapToInt(i -> i).sum());
            assertEquals(1, activity.histogram().get(0.0));
        }
    }

    /** Latent f of 3 is active in sample 0, in the last sample, never. */
    @Test
    void aLatentIsDeadAfterSoManySamplesWithoutIt() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); LatentActivity activity = new LatentActivity(scope, 3)) {
            for (int sample = 0; sample < 5; sample++) {
                NDArray indices = Tensors.of(scope.manager(), new long[] {0, 1}, 1, 2);
                NDArray values = Tensors.of(scope.manager(), new float[] {sample == 0 ? 2 : 0, sample == 4 ? -1 : 0}, 1, 2);
                activity.add(new SparseCodes(indices, values, 3), scope.manager());
            }
            assertEquals(2.0 / 3, activity.dead(4).getAsDouble(), 1e-12);
            assertEquals(1.0 / 3, activity.dead(5).getAsDouble(), 1e-12);
            assertEquals(true, activity.dead(6).isEmpty());
            assertArrayEquals(new double[] {0.2, 0.2, 0}, activity.densities());
        }
    }
}
