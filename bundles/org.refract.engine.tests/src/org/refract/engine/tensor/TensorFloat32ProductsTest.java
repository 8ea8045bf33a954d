package org.refract.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.pytorch.jni.TensorFloat32;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;

class TensorFloat32ProductsTest {

    private static TensorFloat32 loaded() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Tensors.zeros(scope.manager(), 1);
            return TensorFloat32.find().orElseThrow();
        }
    }

    @Test
    void libtorchSaysThatTheyAreAllowedWhileOneIsOpenOnly() {
        TensorFloat32 libtorch = loaded();
        assertFalse(libtorch.allowed());
        try (TensorFloat32Products on = TensorFloat32Products.begin()) {
            assertTrue(libtorch.allowed());
            try (TensorFloat32Products inner = TensorFloat32Products.begin()) {
                assertTrue(libtorch.allowed());
            }
            assertTrue(libtorch.allowed(), "what was before");
        }
        assertFalse(libtorch.allowed());
        assertThrows(IllegalStateException.class, () -> {
            try (TensorFloat32Products on = TensorFloat32Products.begin()) {
                throw new IllegalStateException("a step that fails");
            }
        });
        assertFalse(libtorch.allowed());
    }

    @Test
    void thoseWhoWantThemTakeTurns() throws InterruptedException {
        TensorFloat32 libtorch = loaded();
        List<Boolean> seen = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int j = 0; j < 500; j++) {
                    try (TensorFloat32Products on = TensorFloat32Products.begin()) {
                        seen.add(libtorch.allowed());
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(Collections.nCopies(2000, true), seen);
        assertFalse(libtorch.allowed());
    }

    @Test
    void aDeviceThatComputesInFloat32IsNamed() {
        RefractException e = assertThrows(RefractException.class, () -> TensorFloat32Products.check(Placement.CPU));
        assertEquals("cpu has no tf32 products, which NVIDIA GPUs have from compute capability 8.0 on: take products of fp32 or bf16.", e.getMessage());
        assertFalse(loaded().allowed());
    }
}
