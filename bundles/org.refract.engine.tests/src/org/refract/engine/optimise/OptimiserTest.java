package org.refract.engine.optimise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** The optimiser against the formulas of its papers, in float64. */
class OptimiserTest {

    private static final int ROWS = 5;
    private static final int COLUMNS = 3;
    private static final double WEIGHT_DECAY = 0.3;

    private static OptimiserSettings settings(double clip, double clipValue, double average, boolean guarded) {
        return new OptimiserSettings(0.05, 0.8, 0.95, 1e-6, WEIGHT_DECAY, clip, clipValue, new Schedule(3, Schedule.Shape.LINEAR, 4, 10, 0.01), average, guarded);
    }

    /** Plain AdamW, algorithm 2 of Loshchilov and Hutter 2019 as torch.optim.AdamW computes it, on one number. */
    private static final class Plain {
        private double w;
        private double m;
        private double v;
        private double average;

        Plain(double w) {
            this.w = w;
            this.average = w;
        }

        void step(double g, long t, double lr, boolean decays, double decay) {
            w *= decays ? 1 - lr * WEIGHT_DECAY : 1;
            m = 0.8 * m + 0.2 * g;
            v = 0.95 * v + 0.05 * g * g;
            w -= lr * (m / (1 - Math.pow(0.8, t))) / (Math.sqrt(v / (1 - Math.pow(0.95, t))) + 1e-6);
            average += (1 - decay) * (w - average);
        }
    }

    @Test
    void itIsAdamWWithClippingScheduleAndAverages() {
        for (double[] clips : new double[][] {{0, 0}, {0.5, 0}, {0, 0.3}, {0.5, 0.3}}) {
            try (Scope scope = Scope.open(Placement.CPU)) {
                OptimiserSettings settings = settings(clips[0], clips[1], 0.7, false);
                Random random = new Random(3);
                double[] start = random.doubles(ROWS * COLUMNS, -1, 1).toArray();
                double[] bias = random.doubles(COLUMNS, -1, 1).toArray();
                NDArray matrix = Tensors.of(scope.manager(), start, ROWS, COLUMNS);
                NDArray vector = Tensors.of(scope.manager(), bias, COLUMNS);
                Optimiser optimiser = new Optimiser(scope, settings);
                optimiser.add("matrix", matrix, true);
                optimiser.add("vector", vector, false);
                List<Plain> plain = java.util.stream.DoubleStream.concat(java.util.Arrays.stream(start), java.util.Arrays.stream(bias)).mapToObj(Plain::new).toList();
                for (int step = 0; step < 12; step++) {
                    double[] g = random.doubles(plain.size(), -1, 1).toArray();
                    NDArray norm = optimiser.step(scope, new NDList(Tensors.of(scope.manager(), java.util.Arrays.copyOf(g, start.length), ROWS, COLUMNS),
                            Tensors.of(scope.manager(), java.util.Arrays.copyOfRange(g, start.length, g.length), COLUMNS))).orElseThrow();
                    optimiser.average();
                    double squares = 0;
                    for (int i = 0; i < g.length; i++) {
                        g[i] = clips[1] > 0 ? Math.clamp(g[i], -clips[1], clips[1]) : g[i];
                        squares += g[i] * g[i];
                    }
                    assertEquals(Math.sqrt(squares), Tensors.scalar(norm), 1e-6);
                    double factor = clips[0] > 0 ? (float) Math.min(1, clips[0] / (Math.sqrt(squares) + 1e-6)) : 1;
                    for (int i = 0; i < g.length; i++) {
                        plain.get(i).step(g[i] * factor, step + 1, settings.lr(step), i < start.length, 0.7);
                    }
                }
                assertArrayEquals(plain.stream().limit(start.length).mapToDouble(p -> p.w).toArray(), Tensors.doubles(matrix), 1e-7);
                assertArrayEquals(plain.stream().skip(start.length).mapToDouble(p -> p.w).toArray(), Tensors.doubles(vector), 1e-7);
                assertArrayEquals(plain.stream().limit(start.length).mapToDouble(p -> p.average).toArray(), Tensors.doubles(optimiser.averaged().get("matrix")), 1e-7);
                assertEquals(12, optimiser.steps());
            }
        }
    }

    @Test
    void constrainedRowsStayUnitVectors() {
        for (Constraint constraint : List.of(Constraint.UNIT, Constraint.UNIT_FIRST)) {
            try (Scope scope = Scope.open(Placement.CPU)) {
                NDArray matrix = Tensors.of(scope.manager(), new Random(1).doubles(ROWS * COLUMNS, -1, 1).toArray(), ROWS, COLUMNS);
                Optimiser optimiser = new Optimiser(scope, settings(0, 0, 0, false));
                optimiser.add("matrix", matrix, false, false, constraint);
                NDArray gradient = Tensors.of(scope.manager(), new Random(2).doubles(ROWS * COLUMNS, -1, 1).toArray(), ROWS, COLUMNS);
                for (int step = 0; step < 3; step++) {
                    optimiser.step(scope, new NDList(gradient.duplicate()));
                }
                for (double norm : Tensors.doubles(matrix.norm(new int[] {1}))) {
                    assertEquals(1, norm, constraint == Constraint.UNIT ? 1e-12 : 0.1);
                }
            }
        }
    }

    @Test
    void guardedItLeavesOutWhatIsNotFinite() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray vector = Tensors.of(scope.manager(), new double[] {1, 2}, 2);
            Optimiser optimiser = new Optimiser(scope, settings(1, 1, 0, true));
            optimiser.add("vector", vector, true);
            optimiser.step(scope, new NDList(Tensors.of(scope.manager(), new double[] {1, 1}, 2)));
            double[] before = Tensors.doubles(vector);
            for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
                assertTrue(optimiser.step(scope, new NDList(Tensors.of(scope.manager(), new double[] {1, wrong}, 2))).isEmpty());
            }
            assertArrayEquals(before, Tensors.doubles(vector));
            assertEquals(1, optimiser.steps());
            assertEquals(2, optimiser.skipped());
        }
    }

    @Test
    void theKernelUnpacksNumbersInTheOrderInWhichTheyAreHandedOver() {
        assertEquals(List.of("beta1", "beta2", "eps", "rate", "correction", "average", "shrinkage"), Optimiser.KERNELS.unpacked("adam", "numbers"));
        double[] numbers = settings(0, 0, 0.7, false).numbers(4);
        assertArrayEquals(new double[] {0.8, 0.95, 1e-6, 0.05 / (1 - Math.pow(0.8, 5)), Math.sqrt(1 - Math.pow(0.95, 5)), 0.7, 0.05 * WEIGHT_DECAY}, numbers, 1e-12);
    }
}
