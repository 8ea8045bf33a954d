package org.refract.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Lanes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

class SumsTest {
    private final KernelLibrary kernels = KernelLibrary.ofText("sums", """
            def sums(x: Tensor) -> Tensor:
              return torch.stack([sum_all(x).to(torch.float64), sum_all_wide(x), mean_all(x).to(torch.float64)])
            """);

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16_384, 16_385, 32_768, 100_003, 3_000_001})
    void areTheSameWithAnyNumberOfThreads(int count) {
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] numbers = new TorchRandom(1).randn(count);
            NDArray x = Tensors.of(scope.manager(), numbers, count);
            double[] alone = Lanes.withThreads(1, () -> Tensors.doubles(kernels.call(scope, "sums", x)));
            for (int threads : new int[] {2, 3, 5}) {
                assertArrayEquals(alone, Lanes.withThreads(threads, () -> Tensors.doubles(kernels.call(scope, "sums", x))));
            }
            double sum = 0;
            for (float number : numbers) {
                sum += number;
            }
            assertEquals(sum, alone[0], 1e-6 * count);
            assertEquals(sum, alone[1], 1e-9 * count);
            assertEquals(sum / count, alone[2], 1e-6);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 200})
    void takeMatricesThatLieTurned(int columns) {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = Tensors.of(scope.manager(), new TorchRandom(1).randn(columns * 300), columns, 300);
            assertArrayEquals(Tensors.doubles(kernels.call(scope, "sums", x)), Tensors.doubles(kernels.call(scope, "sums", x.transpose())), 1e-2);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "63, 5", "64, 16", "320, 160", "1001, 33", "5120, 128", "40000, 16"})
    void weightedSumsOfRowsAreTheSameWithAnyNumberOfThreads(int count, int width) {
        KernelLibrary weighted = KernelLibrary.ofText("weighted", """
                def weighted(rows: Tensor, weights: Tensor) -> Tensor:
                  return sum_weighted(rows, weights)
                """);
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] numbers = new TorchRandom(1).randn(count * width);
            float[] weights = new TorchRandom(2).randn(count);
            NDArray rows = Tensors.of(scope.manager(), numbers, count, width);
            NDArray by = Tensors.of(scope.manager(), weights, count);
            float[] alone = Lanes.withThreads(1, () -> Tensors.floats(weighted.call(scope, "weighted", rows, by)));
            for (int threads : new int[] {2, 3, 5}) {
                assertArrayEquals(alone, Lanes.withThreads(threads, () -> Tensors.floats(weighted.call(scope, "weighted", rows, by))));
            }
            for (int column = 0; column < width; column++) {
                double sum = 0;
                for (int row = 0; row < count; row++) {
                    sum += (double) weights[row] * numbers[row * width + column];
                }
                assertEquals(sum, alone[column], 1e-5 * Math.sqrt(count));
            }
        }
    }
}
