package org.refract.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.kernel.KernelLibrary;

class DTypesTest {

    private final Scope scope = Scope.open(Placement.CPU);
    private final NDArray x = Tensors.of(scope.manager(), new float[] {0, 1, 2, 3}, 2, 2);

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = TorchType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"BOOL"})
    void everyElementTypeIsReachedAndLeftAgain(TorchType type) {
        NDArray cast = DTypes.cast(x, type);
        assertEquals(type, DTypes.of(cast));
        assertEquals(4L * type.bytes(), Tensors.raw(cast).remaining());
        assertArrayEquals(new float[] {0, 1, 2, 3}, Tensors.floats(cast));
        assertArrayEquals(new long[] {2, 2}, cast.getShape().getShape());
    }

    @Test
    void truthValuesAreReachedAndLeftAgain() {
        NDArray cast = DTypes.cast(x, TorchType.BOOL);
        assertEquals(TorchType.BOOL, DTypes.of(cast));
        assertArrayEquals(new float[] {0, 1, 1, 1}, Tensors.floats(cast));
    }

    @Test
    void bfloat16RoundsToNearestEven() {
        NDArray fine = Tensors.of(scope.manager(), new float[] {1.00390625f, 1.01171875f, 3.1415927f, -1e38f});
        float[] coarse = Tensors.floats(DTypes.cast(fine, TorchType.BFLOAT16));
        assertArrayEquals(new float[] {1f, 1.015625f, 3.140625f, Float.intBitsToFloat(0xfe960000)}, coarse);
    }

    @Test
    void gradientsFlowThroughAChangeOfType() {
        KernelLibrary kernels =
                KernelLibrary.ofText(
                        "through.ts.py",
                        """
                        def through(x: Tensor, dtype: int) -> Tensor:
                          leaf = x.detach().requires_grad_(True)
                          y = leaf.to(dtype) * 3
                          loss = torch.sum(y.to(torch.float32) * leaf)
                          return torch._unwrap_optional(torch.autograd.grad([loss], [leaf])[0])
                        """);
        NDArray gradient = kernels.callTraining(scope, "through", x, TorchType.BFLOAT16.number()).get(0);
        assertArrayEquals(new float[] {0, 6, 12, 18}, Tensors.floats(gradient));
    }

    @Test
    void bytesAreReadAsAnotherType() {
        NDArray bits = DTypes.reinterpret(scope.manager(), x, TorchType.INT32);
        assertArrayEquals(new long[] {0, 0x3f800000, 0x40000000, 0x40400000}, Tensors.longs(bits));
        NDArray halves = DTypes.reinterpret(scope.manager(), x, TorchType.BFLOAT16);
        assertArrayEquals(new long[] {2, 4}, halves.getShape().getShape());
        assertArrayEquals(new float[] {0, 0, 0, 1, 0, 2, 0, 3}, Tensors.floats(halves));
    }

    @Test
    void aTensorIsPlacedInTheScopesType() {
        NDArray placed = DTypes.place(scope.manager(), x, new Placement("cpu", Placement.DType.BF16));
        assertEquals(TorchType.BFLOAT16, DTypes.of(placed));
    }

    @Test
    void namesOfElementTypesAreRead() throws RefractException {
        assertEquals(TorchType.BFLOAT16, TorchType.parse("torch.bfloat16"));
        assertEquals(TorchType.FLOAT16, TorchType.parse("fp16"));
        assertEquals(TorchType.FLOAT32, TorchType.parse("F32"));
        assertEquals(TorchType.BFLOAT16, TorchType.of(DataType.BFLOAT16));
        assertEquals(TorchType.BOOL, TorchType.of(DataType.BOOLEAN));
        String said = assertThrows(RefractException.class, () -> TorchType.parse("fp12")).getMessage();
        assertEquals("'fp12' is not an element type of tensors: write fp32, fp16 or bf16.", said);
    }
}
