package org.refract.engine.sae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.kernel.KernelPack;
import org.refract.engine.sae.SparseRule.Points;
import org.refract.engine.sae.SparseRule.Revival;
import org.refract.engine.sae.SparseRule.Rule;
import org.refract.engine.sae.SparseRule.Selection;
import org.refract.engine.sae.SparseRule.Threshold;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** The gradients of the sparse step are those that autograd finds for the plain formula, {@code plain.ts.py}. */
final class FusedStepTest {

    private static final KernelLibrary PLAIN = KernelLibrary.of(FusedStepTest.class, "plain.ts.py");
    private static final int N = 48;

    record Case(Selection selection, Rule rule, boolean centred, boolean rescaled, long[] widths, double[] weights, double k, boolean transcodes, boolean skips,
            Points points) {

        Case(Selection selection, Rule rule, boolean centred, boolean rescaled, long[] widths, double[] weights, double k, boolean transcodes, boolean skips) {
            this(selection, rule, centred, rescaled, widths, weights, k, transcodes, skips, Points.ONE);
        }

        /** Many active latents of wide samples are summed slab by slab. */
        boolean slabs() {
            return k >= 24;
        }

        int d() {
            return slabs() ? 64 : 6;
        }

        int e() {
            return !transcodes ? d() : slabs() ? 352 : 5;
        }

        int batch() {
            return slabs() ? 50 : 20;
        }
    }

    static Stream<Case> cases() {
        List<Case> all = new ArrayList<>();
        for (Selection selection : Selection.values()) {
            for (Rule rule : List.of(Rule.NONE, Rule.SAELENS, Rule.DICTIONARY_LEARNING)) {
                boolean rescaled = rule == Rule.SAELENS;
                all.add(new Case(selection, rule, true, rescaled, new long[] {N}, new double[] {1}, 4, false, false));
                all.add(new Case(selection, rule, false, rescaled, new long[] {N}, new double[] {1}, 3, true, false));
                all.add(new Case(selection, rule, false, rescaled, new long[] {N}, new double[] {1}, 3, true, true));
            }
        }
        for (boolean skips : new boolean[] {true, false}) {
            all.add(new Case(Selection.TOPK, Rule.SPARSIFY, false, false, new long[] {N}, new double[] {1}, 4, true, skips));
            all.add(new Case(Selection.GROUPMAX, Rule.SPARSIFY, false, false, new long[] {N}, new double[] {1}, 3, true, skips));
        }
        all.add(new Case(Selection.BATCHTOPK, Rule.DICTIONARY_LEARNING, true, false, new long[] {6, 20, N}, new double[] {0.2, 0.5, 0.3}, 3.5, false, false));
        all.add(new Case(Selection.BATCHTOPK, Rule.SAELENS, true, true, new long[] {6, 12, 24, N}, new double[] {1, 1, 1, 1}, 5, false, false));
        all.add(new Case(Selection.BATCHTOPK, Rule.NONE, false, false, new long[] {1, N}, new double[] {2, 1}, 30, true, true));
        for (Selection selection : List.of(Selection.TOPK, Selection.ABSTOPK, Selection.BATCHTOPK)) {
            all.add(new Case(selection, Rule.NONE, true, selection == Selection.BATCHTOPK, new long[] {N}, new double[] {1}, 30, false, false));
        }
        all.add(new Case(Selection.BATCHTOPK, Rule.NONE, false, false, new long[] {24, N}, new double[] {1, 1}, 28, false, false));
        all.add(new Case(Selection.BATCHTOPK, Rule.NONE, false, true, new long[] {N}, new double[] {1}, 28, false, false, new Points(2, true)));
        for (int points : new int[] {1, 2, 3}) {
            for (boolean lengths : new boolean[] {true, false}) {
                for (Selection selection : List.of(Selection.TOPK, Selection.BATCHTOPK)) {
                    all.add(new Case(selection, Rule.DICTIONARY_LEARNING, points == 1, true, new long[] {N}, new double[] {1}, 3, false, false,
                            new Points(points, lengths)));
                }
            }
        }
        all.add(new Case(Selection.BATCHTOPK, Rule.SAELENS, false, true, new long[] {N}, new double[] {1}, 4, true, true, new Points(5, true)));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreThoseOfAutograd(Case c) throws Exception {
        check(c, StepBlocks.of(Placement.CPU, c.batch(), c.d(), N, 1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theyAreTheSameHoweverTheStepIsCut(Case c) throws Exception {
        check(c, new StepBlocks(7, c.selection == Selection.GROUPMAX ? N / (int) c.k : Math.max(16, (int) c.k), 3, 5));
    }

    private static void check(Case c, StepBlocks blocks) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            TorchRandom random = new TorchRandom(3);
            int d = c.d();
            int e = c.e();
            int batch = c.batch();
            SaeForm form = c.transcodes ? SaeForm.TRANSCODER : SaeForm.KSPARSE;
            SaeConfig config = form.config(d, e, N, Map.of("k", "4", "transcode", "" + c.transcodes));
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("W_enc", Tensors.of(scope.manager(), random.randn(d * N), d, N));
            tensors.put("W_dec", Tensors.of(scope.manager(), random.randn(N * e), N, e));
            tensors.put("b_enc", Tensors.of(scope.manager(), random.randn(N), N));
            tensors.put("b_dec", Tensors.of(scope.manager(), random.randn(e), e));
            if (c.skips) {
                tensors.put("W_skip", Tensors.of(scope.manager(), random.randn(e * d), e, d));
            }
            List<String> names = List.copyOf(tensors.keySet());
            SparseRule rule = new SparseRule(c.selection, c.k, 0, 0, c.centred, c.rescaled, Products.FP32, c.widths, c.weights,
                    c.rule == Rule.SPARSIFY ? SparseRule.UNEXPLAINED : 0, new Revival(c.rule, e / 2, 0.7, batch), 0, Threshold.NONE, c.points);
            TrainingSettings settings = TrainingSettings.of(Settings.of(TrainingSettings.HYPERPARAMETERS,
                    Map.of("lr", "0.02", "clip", "0", "dead_tokens", "" + batch)));
            List<String> squares = new ArrayList<>();
            for (long width : c.widths) {
                squares.add("squares" + width);
            }
            try (DenseSae sae = DenseSae.restore(config, tensors, Placement.CPU);
                    SparseTrainer trainer = new SparseTrainer(sae, sae.scope(), sae.sparseWeights(), rule, settings,
                            new SparseTrainer.Names(squares, "auxiliary"), new SparseTrainer.Counters(Optional.empty(), List.of(), false), 0, batch, blocks,
                            () -> { })) {
                boolean revived = false;
                for (int t = 0; t < 5; t++) {
                    NDArray x = Tensors.of(scope.manager(), random.randn(batch * d), batch, d);
                    NDArray y = c.transcodes ? Tensors.of(scope.manager(), random.randn(batch * e), batch, e) : x;
                    long count = c.selection == Selection.BATCHTOPK ? (long) (c.k * batch) : (long) c.k;
                    NDList given = new NDList(names.stream().map(sae.tensors()::get).toList());
                    NDList plain = PLAIN.callTraining(scope, "evaluate", x, y, given, c.selection.ordinal(), count, c.widths, c.weights, c.points.number(),
                            c.points.lengths(), c.rescaled, c.centred, c.rule.ordinal(), e / 2, 0.7, trainer.state().get("since_active"), batch);
                    Map<String, float[]> before = moments(trainer, names);
                    trainer.step(x, y);
                    Map<String, float[]> after = moments(trainer, names);
                    int place = 0;
                    for (String name : names) {
                        near(name + " of step " + t, Tensors.floats(plain.get(place++)), before.get(name), after.get(name));
                    }
                    double[] terms = Tensors.doubles(plain.get(place));
                    for (int i = 0; i < squares.size(); i++) {
                        assertEquals(terms[i], trainer.metrics().get(squares.get(i)), 1e-4 * terms[i], squares.get(i));
                    }
                    assertEquals(terms[terms.length - 1], trainer.metrics().get("auxiliary"), 1e-4 * Math.abs(terms[terms.length - 1]) + 1e-9, "auxiliary");
                    revived |= terms[terms.length - 1] > 0;
                }
                assertEquals(c.rule != Rule.NONE, revived, "some latents died");
            }
        }
    }

    private static Map<String, float[]> moments(SparseTrainer trainer, List<String> names) {
        Map<String, float[]> all = new LinkedHashMap<>();
        for (String name : names) {
            all.put(name, Tensors.floats(trainer.state().get("exp_avg." + name)));
        }
        return all;
    }

    /** Adam's first moment goes a tenth of the way to the gradient. */
    private static void near(String what, float[] gradient, float[] before, float[] after) {
        double largest = 0;
        for (float g : gradient) {
            largest = Math.max(largest, Math.abs(g));
        }
        for (int i = 0; i < gradient.length; i++) {
            assertEquals(gradient[i], (after[i] - 0.9 * before[i]) / 0.1, 1e-4 * largest, what + " at " + i);
        }
    }

    /** Of a batch whose few loud samples make the estimate of the threshold too high, all active latents are found nevertheless. */
    @Test
    void batchSelectionIsExactWhateverItsEstimate() throws Exception {
        KernelLibrary codes = KernelLibrary.of(Codes.class, List.of("bags.ts.py", "codes.ts.py"));
        try (Scope scope = Scope.open(Placement.CPU)) {
            int samples = 100;
            int latents = 64;
            float[] x = new TorchRandom(1).randn(samples * 4);
            for (int loud : new int[] {0, 1, 2, 50, 99}) {
                for (int j = 0; j < 4; j++) {
                    x[loud * 4 + j] *= 1000;
                }
            }
            NDArray rows = Tensors.of(scope.manager(), x, samples, 4);
            NDArray encoder = Tensors.of(scope.manager(), new TorchRandom(2).randn(latents * 4), latents, 4);
            NDArray bias = Tensors.zeros(scope.manager(), latents);
            float[] all = Tensors.floats(scope.adopt(rows.matMul(scope.adopt(encoder.transpose()))));
            for (int most : new int[] {1, 7, 150, 600, 3000, 6400}) {
                for (int width : new int[] {64, 24}) {
                    NDArray room = Tensors.zeros(scope.manager(), 30L * width);
                    NDList found = codes.callList(scope, "choose_batch", rows, encoder, bias, null, room, most, false, 30, width, 7);
                    float[] values = Tensors.floats(found.get(0));
                    long[] row = Tensors.longs(found.get(1));
                    long[] column = Tensors.longs(found.get(2));
                    float[] positive = new float[all.length];
                    int count = 0;
                    for (float z : all) {
                        if (z > 0) {
                            positive[count++] = z;
                        }
                    }
                    Arrays.sort(positive, 0, count);
                    assertEquals(Math.min(most, count), values.length);
                    float least = positive[count - values.length];
                    long before = -1;
                    for (int i = 0; i < values.length; i++) {
                        assertTrue(values[i] >= least * (1 - 1e-5f), "one too small was taken");
                        assertEquals(all[(int) (row[i] * latents + column[i])], values[i], 1e-4f * Math.abs(values[i]) + 1e-5f);
                        assertTrue(row[i] * latents + column[i] > before, "they are in order");
                        before = row[i] * latents + column[i];
                    }
                }
            }
        }
    }

    @Test
    void codesAreTheSameHoweverManyAreComputedAtATime() throws Exception {
        KernelLibrary codes = KernelLibrary.of(Codes.class, List.of("bags.ts.py", "codes.ts.py"));
        TorchRandom random = new TorchRandom(3);
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = Tensors.of(scope.manager(), random.randn(50 * 12), 50, 12);
            NDArray encoder = Tensors.of(scope.manager(), random.randn(1024 * 12), 1024, 12);
            NDArray bias = Tensors.of(scope.manager(), random.randn(1024), 1024);
            NDArray centre = Tensors.of(scope.manager(), random.randn(12), 12);
            for (String kind : List.of("topk", "abstopk", "groupmax")) {
                float[] xhat = null;
                for (int[] cut : new int[][] {{50, 1024, 50}, {1, 1024, 1}, {7, 512, 3}, {49, 256, 10}, {50, 384, 4}, {1000, 1024, 13}}) {
                    if (kind.equals("groupmax") && 1024 % cut[1] != 0) {
                        continue;
                    }
                    NDList found = codes.callList(scope, "encode", x, encoder, bias, centre, null, kind, 8, cut[0], cut[1], cut[2]);
                    float[] now = Tensors.floats(codes.call(scope, "decode", found.get(0), found.get(1), encoder, centre));
                    if (xhat != null) {
                        assertArrayEquals(xhat, now, 2e-3f, kind + " cut " + cut[1]);
                    }
                    xhat = xhat == null ? now : xhat;
                }
            }
        }
    }

    @Test
    void packsAreUnpackedInTheOrderInWhichTheyAreHandedOver() {
        assertEquals(KernelPack.names(SparseTrainer.Sizes.class), SparseTrainer.STEP.unpacked("step", "sizes"));
        assertEquals(KernelPack.names(StepBlocks.class), SparseTrainer.STEP.unpacked("step", "cut"));
        assertEquals(KernelPack.names(SparseTrainer.Flags.class), SparseTrainer.STEP.unpacked("step", "flags"));
        assertEquals(KernelPack.names(SparseTrainer.Numbers.class), SparseTrainer.STEP.unpacked("step", "numbers"));
        assertArrayEquals(new long[] {1, 2, 3, 4, 5, 6}, KernelPack.integers(new SparseTrainer.Sizes(1, 2, 3, 4, 5, 6)));
    }
}
