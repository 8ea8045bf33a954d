package org.refract.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import org.junit.jupiter.params.ParameterizedTest;
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
}
