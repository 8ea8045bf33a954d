package org.refract.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import org.junit.jupiter.api.Test;
import org.refract.api.model.Placement;

class ScopeTest {

    @Test
    void whatIsMadeInAScopeIsFreedWithIt() {
        Scope scope = Scope.open(Placement.CPU);
        NDArray x = Tensors.zeros(scope.manager(), 3);
        scope.close();
        assertThrows(IllegalStateException.class, x::getShape);
        assertFalse(scope.isOpen());
        assertEquals(0, scope.liveTensors());
    }

    @Test
    void aChildIsFreedWithItsParentAtTheLatest() {
        Scope scope = Scope.open(Placement.CPU);
        Scope child = scope.child();
        Tensors.zeros(child.manager(), 3);
        assertEquals(1, scope.liveTensors());
        scope.close();
        assertFalse(child.isOpen());
    }

    @Test
    void aPromotedTensorOutlivesTheScopeThatMadeIt() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray kept;
            try (Scope step = scope.child()) {
                kept = step.promote(Tensors.of(step.manager(), new float[] {1, 2}), scope);
                Tensors.zeros(step.manager(), 2);
            }
            assertArrayEquals(new float[] {1, 2}, Tensors.floats(kept));
            assertEquals(1, scope.liveTensors());
        }
    }

    @Test
    void aLongLoopHoldsAConstantNumberOfTensors() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray state = Tensors.zeros(scope.manager(), 8);
            for (int i = 0; i < 1000; i++) {
                try (Scope step = scope.child()) {
                    NDArray next = DTypes.copy(step.manager(), DTypes.cast(step.manager(), state, TorchType.BFLOAT16));
                    state.close();
                    state = step.promote(DTypes.cast(step.manager(), next, TorchType.FLOAT32), scope);
                }
                assertEquals(1, scope.liveTensors());
            }
        }
    }

    @Test
    void readingATensorBackLeavesNothingBehind() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = Tensors.of(scope.manager(), new float[] {1, 2, 3});
            assertArrayEquals(new double[] {1, 2, 3}, Tensors.doubles(x));
            assertArrayEquals(new long[] {1, 2, 3}, Tensors.longs(x));
            assertArrayEquals(new int[] {1, 2, 3}, Tensors.ints(x));
            assertArrayEquals(new byte[] {1, 2, 3}, Tensors.bytes(x));
            assertEquals(12, Tensors.raw(x).remaining());
            assertEquals(1, scope.liveTensors());
        }
    }

    @Test
    void aViewOutlivesTheTensorItLooksAt() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] values = new float[1 << 20];
            java.util.Arrays.fill(values, 7);
            NDArray x = Tensors.of(scope.manager(), values);
            NDArray same = DTypes.cast(scope.manager(), x, TorchType.FLOAT32);
            x.close();
            System.gc();
            for (int i = 0; i < 16; i++) {
                Tensors.zeros(scope.manager(), 1 << 20);
            }
            assertArrayEquals(values, Tensors.floats(same));
        }
    }

    @Test
    void arraysBecomeTensorsOfTheirShape() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            assertArrayEquals(new long[] {2, 1, 2}, Tensors.of(scope.manager(), new float[4], 2, 1, 2).getShape().getShape());
            assertArrayEquals(new long[] {3}, Tensors.of(scope.manager(), new long[3]).getShape().getShape());
            assertEquals(5, Tensors.scalar(Tensors.of(scope.manager(), new double[] {5})));
            assertEquals(TorchType.UINT8, DTypes.of(Tensors.of(scope.manager(), new byte[] {-1}, 1)));
            assertArrayEquals(new long[] {255}, Tensors.longs(Tensors.of(scope.manager(), new byte[] {-1}, 1)));
            assertThrows(IllegalArgumentException.class, () -> Tensors.of(scope.manager(), new float[4], 3));
            assertTrue(scope.isOpen());
        }
    }
}
