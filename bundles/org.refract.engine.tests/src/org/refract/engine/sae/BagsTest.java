package org.refract.engine.sae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.refract.api.model.Placement;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** Sums of rows, and their dot products, are the same however the rows lie in memory. */
final class BagsTest {

    private static final KernelLibrary BAGS = KernelLibrary.of(SparseTrainer.class, List.of("bags.ts.py"));

    @ParameterizedTest
    @CsvSource({"10, 64, 30, 20", "10, 352, 30, 20", "7, 960, 100, 3", "10, 40, 30, 20", "50, 64, 10, 5"})
    void areThoseOfALoop(int rows, int columns, int bags, int each) throws Exception {
        TorchRandom random = new TorchRandom(columns);
        int entries = bags * each;
        float[] matrix = random.randn(rows * columns);
        float[] others = random.randn(bags * columns);
        float[] weights = random.randn(entries);
        long[] index = new long[entries];
        long[] bag = new long[entries];
        float[] draws = random.rand(entries);
        for (int j = 0; j < entries; j++) {
            index[j] = (long) (draws[j] * rows);
            bag[j] = j / each;
        }
        float[] sums = new float[bags * columns];
        float[] dots = new float[entries];
        for (int j = 0; j < entries; j++) {
            double dot = 0;
            for (int c = 0; c < columns; c++) {
                sums[(int) bag[j] * columns + c] += weights[j] * matrix[(int) index[j] * columns + c];
                dot += (double) others[(int) bag[j] * columns + c] * matrix[(int) index[j] * columns + c];
            }
            dots[j] = (float) dot;
        }
        long[] starts = new long[bags];
        Arrays.setAll(starts, b -> (long) b * each);
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray m = Tensors.of(scope.manager(), matrix, rows, columns);
            NDArray i = Tensors.of(scope.manager(), index, entries);
            NDArray first = Tensors.of(scope.manager(), starts, bags);
            NDArray w = Tensors.of(scope.manager(), weights, entries);
            NDArray slabs = BAGS.call(scope, "in_slabs", m, entries);
            assertEquals(columns % 32 == 0 && entries >= 24 * rows ? columns / 32 : 0, slabs.getShape().get(0));
            assertArrayEquals(sums, Tensors.floats(BAGS.call(scope, "bags_of", m, slabs, i, first, w)), 1e-4f);
            NDArray b = Tensors.of(scope.manager(), bag, entries);
            assertArrayEquals(dots, Tensors.floats(BAGS.call(scope, "dots", Tensors.of(scope.manager(), others, bags, columns), m, i, first, b)), 1e-3f);
        }
    }

    @Test
    void bagsMayBeEmpty() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray m = Tensors.of(scope.manager(), new TorchRandom(1).randn(64), 1, 64);
            NDArray i = Tensors.of(scope.manager(), new long[30], 30);
            NDArray w = Tensors.of(scope.manager(), new TorchRandom(2).rand(30), 30);
            NDArray first = Tensors.of(scope.manager(), new long[] {0, 0, 30, 30}, 4);
            float[] whole = Tensors.floats(BAGS.call(scope, "bags", m, i, first, w));
            assertArrayEquals(whole, Tensors.floats(BAGS.call(scope, "bags_of", m, BAGS.call(scope, "in_slabs", m, 30), i, first, w)), 1e-5f);
            assertArrayEquals(new float[64], Arrays.copyOfRange(whole, 0, 64));
            assertArrayEquals(new float[128], Arrays.copyOfRange(whole, 128, 256));
        }
    }
}
