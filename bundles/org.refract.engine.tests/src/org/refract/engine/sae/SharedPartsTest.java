package org.refract.engine.sae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.TensorFloat32;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.sae.SparseRule.Points;
import org.refract.engine.sae.SparseRule.Revival;
import org.refract.engine.sae.SparseRule.Rule;
import org.refract.engine.sae.SparseRule.Selection;
import org.refract.engine.sae.SparseRule.Threshold;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** What trainers share: schedules, clipping, constraint, averages, resampling, annealing, and products of half precision. */
final class SharedPartsTest {

    private static final int D = 6;
    private static final int N = 32;
    private static final int BATCH = 24;

    private static TrainingSettings settings(String... pairs) throws Exception {
        Map<String, String> given = new LinkedHashMap<>();
        for (String pair : pairs) {
            given.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        return TrainingSettings.of(Settings.of(TrainingSettings.HYPERPARAMETERS, given));
    }

    @Test
    void theMedianOfEqualPointsIsThatPoint() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray points = Tensors.of(scope.manager(), new float[] {2, -1, 2, -1, 2, -1}, 3, 2);
            assertArrayEquals(new float[] {2, -1}, Tensors.floats(FormVariant.geometricMedian(scope.manager(), points)), 1e-5f);
        }
    }

    /** A k-sparse autoencoder in training. */
    private record Training(DenseSae sae, SparseTrainer trainer, NDArray x) implements AutoCloseable {

        static Training of(Scope scope, Products products, double first, long annealing, TrainingSettings settings) throws Exception {
            TorchRandom random = new TorchRandom(4);
            SaeConfig config = SaeForm.KSPARSE.config(D, D, N, Map.of("k", "4"));
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("W_enc", Tensors.of(scope.manager(), random.randn(D * N), D, N));
            tensors.put("W_dec", Tensors.of(scope.manager(), random.randn(N * D), N, D));
            tensors.put("b_enc", Tensors.of(scope.manager(), random.randn(N), N));
            tensors.put("b_dec", Tensors.of(scope.manager(), random.randn(D), D));
            NDArray x = Tensors.of(scope.manager(), random.randn(BATCH * D), BATCH, D);
            DenseSae sae = DenseSae.restore(config, tensors, Placement.CPU);
            SparseRule rule = new SparseRule(Selection.TOPK, 4, first, annealing, true, false, products, new long[] {N}, new double[] {1}, 0,
                    new Revival(Rule.NONE, 1, 0, settings.deadTokens()), 0, Threshold.NONE, Points.ONE);
            return new Training(sae, new SparseTrainer(sae, sae.scope(), sae.sparseWeights(), rule, settings, new SparseTrainer.Names(List.of("mse"), "aux"),
                    new SparseTrainer.Counters(Optional.empty(), List.of(), false), 0, BATCH, StepBlocks.of(Placement.CPU, BATCH, D, N, 1), () -> { }), x);
        }

        float[] weight(String name) {
            return Tensors.floats(sae.tensors().get(name));
        }

        @Override
        public void close() {
            trainer.close();
            sae.close();
        }
    }

    @Test
    void theLearningRateGrowsStaysAndFalls() throws Exception {
        TrainingSettings linear = settings("lr=0.1", "warmup_steps=4", "lr_schedule=linear", "decay_start_step=10", "decay_steps=10", "lr_end=0.02");
        double[] expected = {0, 0.025, 0.05, 0.075, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.092, 0.084};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], linear.optimiser().lr(i), 1e-12, "step " + i);
        }
        assertEquals(0.02, linear.optimiser().lr(20), 1e-12);
        assertEquals(0.02, linear.optimiser().lr(1000), 1e-12);
        TrainingSettings cosine = settings("lr=0.1", "lr_schedule=cosine", "decay_steps=8");
        assertEquals(0.1, cosine.optimiser().lr(0), 1e-12);
        assertEquals(0.05, cosine.optimiser().lr(4), 1e-12);
        assertEquals(0.05 * (1 + Math.cos(Math.PI / 4)), cosine.optimiser().lr(2), 1e-12);
        assertEquals(0, cosine.optimiser().lr(8), 1e-12);
    }

    /** Of numbers around 1000 the mean of squares less the square of the mean is lost in rounding. */
    @Test
    void explainedVarianceIsRightForDataFarFromZero() throws Exception {
        int samples = 300;
        TorchRandom random = new TorchRandom(7);
        float[] values = random.randn(samples * D);
        for (int i = 0; i < values.length; i++) {
            values[i] += 1000;
        }
        SparseRule rule = new SparseRule(Selection.TOPK, 4, 0, 0, false, false, Products.FP32, new long[] {N}, new double[] {1}, 0, new Revival(Rule.NONE, 1, 0, 1), 0,
                Threshold.NONE, Points.ONE);
        SaeConfig config = SaeForm.KSPARSE.config(D, D, N, Map.of("k", "4", "apply_b_dec_to_input", "false"));
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = Tensors.of(scope.manager(), values, samples, D);
            Map<String, NDArray> tensors = Map.of("W_enc", Tensors.of(scope.manager(), random.randn(D * N), D, N), "W_dec",
                    Tensors.of(scope.manager(), random.randn(N * D), N, D), "b_enc", Tensors.zeros(scope.manager(), N), "b_dec", Tensors.zeros(scope.manager(), D));
            try (DenseSae sae = DenseSae.restore(config, tensors, Placement.CPU);
                    SparseTrainer trainer = new SparseTrainer(sae, sae.scope(), sae.sparseWeights(), rule, settings(), new SparseTrainer.Names(List.of("mse"), "aux"),
                            new SparseTrainer.Counters(Optional.empty(), List.of(), false), 0, samples, new StepBlocks(samples, N, 70, N), () -> { })) {
                float[] xhat = Tensors.floats(sae.reconstruct(x));
                double explained = 0;
                double squares = 0;
                for (int j = 0; j < D; j++) {
                    int column = j;
                    double[] own = IntStream.range(0, samples).mapToDouble(i -> values[i * D + column]).toArray();
                    double[] error = IntStream.range(0, samples).mapToDouble(i -> xhat[i * D + column] - values[i * D + column]).toArray();
                    explained += (1 - variance(error) / variance(own)) / D;
                    squares += Arrays.stream(error).map(r -> r * r).sum() / samples;
                }
                trainer.step(x);
                assertEquals(explained, trainer.metrics().get("explained_variance"), 1e-3 * Math.abs(explained));
                assertEquals(squares, trainer.metrics().get("mse"), 1e-5 * squares);
            }
        }
    }

    private static double variance(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    }

    @Test
    void kChangesEvenlyToItsLastValue() throws Exception {
        SparseRule rule = new SparseRule(Selection.TOPK, 4, 12, 4, true, false, Products.FP32, new long[] {N}, new double[] {1}, 0, new Revival(Rule.NONE, 1, 0, 1), 0,
                Threshold.NONE, Points.ONE);
        assertArrayEquals(new long[] {12, 10, 8, 6, 4, 4}, new long[] {rule.count(0, 9), rule.count(1, 9), rule.count(2, 9), rule.count(3, 9),
            rule.count(4, 9), rule.count(9, 9)});
        try (Scope scope = Scope.open(Placement.CPU); Training t = Training.of(scope, Products.FP32, 12, 4, settings())) {
            t.trainer.step(t.x);
            double wide = t.trainer.metrics().get("l0");
            for (int i = 0; i < 5; i++) {
                t.trainer.step(t.x);
            }
            assertTrue(wide > 6 && t.trainer.metrics().get("l0") <= 4, "from " + wide + " to " + t.trainer.metrics().get("l0"));
        }
    }

    /** After one step Adam's first moment is a tenth of the clipped gradient. */
    @Test
    void gradientsAreClippedByValueOnBothSidesAndByTheNormOfAllTogether() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); Training value = Training.of(scope, Products.FP32, 4, 0, settings("clip=0", "clip_value=0.05"));
                Training norm = Training.of(scope, Products.FP32, 4, 0, settings("clip=0.5")); Training free = Training.of(scope, Products.FP32, 4, 0, settings("clip=0"))) {
            for (Training t : List.of(value, norm, free)) {
                t.trainer.step(t.x);
            }
            double least = 0;
            double most = 0;
            double square = 0;
            double whole = free.trainer.metrics().get("grad_norm");
            assertEquals(whole, norm.trainer.metrics().get("grad_norm"), 1e-5 * whole);
            assertTrue(whole > 0.5, "norm " + whole);
            for (String name : List.of("W_enc", "W_dec", "b_enc", "b_dec")) {
                float[] clipped = Tensors.floats(norm.trainer.state().get("exp_avg." + name));
                float[] plain = Tensors.floats(free.trainer.state().get("exp_avg." + name));
                float[] bounded = Tensors.floats(value.trainer.state().get("exp_avg." + name));
                for (int i = 0; i < plain.length; i++) {
                    square += Math.pow(10 * clipped[i], 2);
                    assertEquals(plain[i] * 0.5 / whole, clipped[i], 1e-6, name);
                    assertEquals(Math.clamp(10 * plain[i], -0.05, 0.05), 10 * bounded[i], 1e-6, name);
                    least = Math.min(least, 10 * bounded[i]);
                    most = Math.max(most, 10 * bounded[i]);
                }
            }
            assertEquals(0.5, Math.sqrt(square), 1e-4);
            assertEquals(-0.05, least, 1e-6);
            assertEquals(0.05, most, 1e-6);
        }
    }

    @Test
    void theAverageFollowsTheWeightsAndIsWhatTrainingLeaves() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); Training t = Training.of(scope, Products.FP32, 4, 0, settings("lr=0.1", "ema_decay=0.8", "decoder_constraint=unit"));
                Training last = Training.of(scope, Products.FP32, 4, 0, settings("lr=0.1", "ema_decay=0.8", "ema_checkpoint=false"))) {
            for (String name : List.of("W_enc", "W_dec", "b_enc", "b_dec")) {
                assertArrayEquals(t.weight(name), Tensors.floats(t.trainer.result().get(name)), name);
            }
            Map<String, float[]> average = new LinkedHashMap<>();
            t.sae.tensors().forEach((name, tensor) -> average.put(name, Tensors.floats(tensor)));
            for (int i = 0; i < 4; i++) {
                t.trainer.step(t.x);
                last.trainer.step(t.x);
                for (Map.Entry<String, float[]> entry : average.entrySet()) {
                    float[] now = t.weight(entry.getKey());
                    for (int j = 0; j < now.length; j++) {
                        entry.getValue()[j] = 0.8f * entry.getValue()[j] + 0.2f * now[j];
                    }
                    assertArrayEquals(entry.getValue(), Tensors.floats(t.trainer.result().get(entry.getKey())), 1e-5f, entry.getKey());
                }
            }
            assertNotEquals(Arrays.toString(t.weight("W_enc")), Arrays.toString(Tensors.floats(t.trainer.result().get("W_enc"))));
            assertArrayEquals(last.weight("W_enc"), Tensors.floats(last.trainer.result().get("W_enc")));
        }
    }

    @Test
    void decoderRowsAreUnitVectorsAfterEveryStepWhereTheyShallBe() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); Training t = Training.of(scope, Products.FP32, 4, 0, settings("lr=0.1", "decoder_constraint=unit"))) {
            t.trainer.step(t.x);
            float[] rows = t.weight("W_dec");
            for (int f = 0; f < N; f++) {
                double square = 0;
                for (int c = 0; c < D; c++) {
                    square += rows[f * D + c] * rows[f * D + c];
                }
                assertEquals(1, square, 1e-5, "row " + f);
            }
        }
    }

    @Test
    void deadLatentsBeginAnewAtBadlyReconstructedSamples() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] samples = new float[5 * 2];
            float[] error = new float[5 * 2];
            for (int i = 0; i < 5; i++) {
                samples[2 * i] = i;
                samples[2 * i + 1] = 1;
                error[2 * i] = i == 3 || i == 4 ? 1 : 0;
            }
            NDArray x = Tensors.of(scope.manager(), samples, 5, 2);
            NDArray encoder = Tensors.of(scope.manager(), new float[] {3, 4, 0, 5, 1, 1}, 3, 2);
            NDArray decoder = Tensors.of(scope.manager(), new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
            NDArray moment = scope.manager().ones(encoder.getShape());
            NDArray bias = scope.manager().ones(new Shape(3));
            NDArray since = Tensors.of(scope.manager(), new long[] {0, 20, 10});
            NDArray wrong = Tensors.of(scope.manager(), error, 5, 2);
            Resampling.run(scope, 7, x, wrong, x, new NDList(encoder, moment), new NDList(decoder), new NDList(bias), since, 10);
            assertArrayEquals(new long[] {0, 0, 0}, Tensors.longs(since));
            assertArrayEquals(new float[] {1, 0, 0}, Tensors.floats(bias));
            assertArrayEquals(new float[] {1, 1, 0, 0, 0, 0}, Tensors.floats(moment));
            float[] rows = Tensors.floats(encoder);
            float[] directions = Tensors.floats(decoder);
            assertArrayEquals(new float[] {3, 4}, Arrays.copyOf(rows, 2));
            List<Double> slopes = Arrays.asList((double) Math.round(rows[2] / rows[3]), (double) Math.round(rows[4] / rows[5]));
            assertTrue(slopes.containsAll(List.of(3.0, 4.0)), "the two bad samples, " + slopes);
            for (int f = 1; f < 3; f++) {
                assertEquals(1, Math.hypot(directions[2 * f], directions[2 * f + 1]), 1e-6);
                assertEquals(0.2 * 5, Math.hypot(rows[2 * f], rows[2 * f + 1]), 1e-5, "a fifth of the living one");
                assertEquals(rows[2 * f] * directions[2 * f + 1], rows[2 * f + 1] * directions[2 * f], 1e-5, "the same direction");
            }
        }
    }

    @Test
    void productsOfHalfPrecisionTrainToNearlyTheSame() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); Training half = Training.of(scope, Products.BF16, 4, 0, settings("lr=0.01"));
                Training whole = Training.of(scope, Products.FP32, 4, 0, settings("lr=0.01"))) {
            for (int i = 0; i < 60; i++) {
                half.trainer.step(half.x);
                whole.trainer.step(whole.x);
            }
            double expected = whole.trainer.metrics().get("mse");
            assertEquals(expected, half.trainer.metrics().get("mse"), 0.2 * expected);
            assertNotEquals(expected, half.trainer.metrics().get("mse"));
        }
    }

    @Test
    void productsThatTheDeviceCannotComputeAreRefused() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            String said = assertThrows(RefractException.class, () -> Training.of(scope, Products.TF32, 4, 0, settings())).getMessage();
            assertTrue(said.contains("cpu has no tf32 products"), said);
            assertEquals(Boolean.TRUE, Products.TF32.compute(() -> TensorFloat32.find().orElseThrow().allowed()), "on around a step");
            assertEquals(Boolean.FALSE, Products.FP32.compute(() -> TensorFloat32.find().orElseThrow().allowed()));
        }
    }
}
