package org.refract.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

class KernelLibraryTest {

    private final KernelLibrary kernels = KernelLibrary.of(KernelLibraryTest.class, "trial.ts.py");
    private final Scope scope = Scope.open(Placement.CPU);
    private final NDArray x = Tensors.of(scope.manager(), new float[] {1, 2, 3, 4}, 2, 2);

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void aFunctionTakesTensorsNumbersAndFlagsAndCallsItsSiblings() {
        assertArrayEquals(new float[] {.5f, 1, 1.5f, 2}, Tensors.floats(kernels.call(scope, "scaled", x, 0.5, 2, true)));
        assertArrayEquals(new float[] {.25f, .5f, .75f, 1}, Tensors.floats(kernels.call(scope, "scaled", x, 0.5f, 2L, false)));
    }

    @Test
    void aFunctionTakesNoneAndDefaultValues() {
        assertArrayEquals(new float[] {1, 2, 3, 4}, Tensors.floats(kernels.call(scope, "maybe", x, null)));
        assertArrayEquals(new float[] {2, 4, 6, 8}, Tensors.floats(kernels.call(scope, "maybe", x, x)));
        assertArrayEquals(new float[] {3, 5, 7, 9}, Tensors.floats(kernels.call(scope, "maybe", x, x, 1.0)));
    }

    @Test
    void aFunctionTakesListsAndText() {
        NDArray y = kernels.call(scope, "shaped", x, new long[] {4, 1}, new double[] {1, 2}, "sum");
        assertArrayEquals(new long[] {4, 1}, y.getShape().getShape());
        assertArrayEquals(new float[] {3, 6, 9, 12}, Tensors.floats(y));
    }

    @Test
    void aFunctionReturnsATupleOrAListOrNothing() {
        NDList pair = kernels.callList(scope, "pair", x, 1);
        assertArrayEquals(new float[] {2, 4}, Tensors.floats(pair.get(0)));
        assertArrayEquals(new long[] {1, 1}, Tensors.longs(pair.get(1)));
        assertEquals(2, kernels.callList(scope, "all_of", List.of(x, x)).size());
        assertEquals(0, kernels.callList(scope, "all_of", List.of()).size());
        assertEquals(0, kernels.callList(scope, "nothing", x).size());
    }

    @Test
    void aFunctionWithoutArgumentsAndNamesOfElementTypesWork() {
        assertArrayEquals(new double[] {1, 1, 1, 1, 1, 1}, Tensors.doubles(kernels.call(scope, "constant")));
    }

    @Test
    void gradientsAreTakenInsideAKernel() {
        NDArray gradient = kernels.callTraining(scope, "gradient", x, x).get(0);
        assertArrayEquals(new float[] {2, 8, 18, 32}, Tensors.floats(gradient));
        assertThrows(KernelException.class, () -> kernels.call(scope, "gradient", x, x), "no graph is recorded by call");
    }

    @Test
    void resultsOfAnOrdinaryCallMayMeetAutogradLater() {
        NDArray plain = kernels.call(scope, "twice", x);
        NDArray gradient = kernels.callTraining(scope, "gradient", plain, plain).get(0);
        assertArrayEquals(new float[] {8, 32, 72, 128}, Tensors.floats(gradient));
    }

    @Test
    void theThirdCallComputesWhatTheFirstDid() {
        float[] first = Tensors.floats(kernels.call(scope, "smooth", x));
        for (int i = 0; i < 5; i++) {
            assertArrayEquals(first, Tensors.floats(kernels.call(scope, "smooth", x)));
        }
    }

    @Test
    void oneLibraryServesAClassAndResource() {
        assertSame(kernels, KernelLibrary.of(KernelLibraryTest.class, "trial.ts.py"));
        assertTrue(kernels.functions().containsAll(Set.of("twice", "scaled", "pair")));
    }

    @Test
    void aLibraryIsFreedWithTheClassItBelongsTo() throws Exception {
        WeakReference<KernelLibrary> freed = new WeakReference<>(ofAnotherLoader());
        for (int i = 0; i < 100 && freed.get() != null; i++) {
            System.gc();
        }
        assertNull(freed.get());
    }

    /** A library of this class as an extension's class loader would load it. */
    private KernelLibrary ofAnotherLoader() throws Exception {
        byte[] code;
        byte[] text;
        try (var in = KernelLibraryTest.class.getResourceAsStream("KernelLibraryTest.class");
                var resource = KernelLibraryTest.class.getResourceAsStream("trial.ts.py")) {
            code = in.readAllBytes();
            text = resource.readAllBytes();
        }
        Class<?> anchor = new ClassLoader(KernelLibraryTest.class.getClassLoader()) {
            @Override
            public InputStream getResourceAsStream(String name) {
                return new ByteArrayInputStream(text);
            }

            Class<?> define() {
                return defineClass(KernelLibraryTest.class.getName(), code, 0, code.length);
            }
        }.define();
        KernelLibrary library = KernelLibrary.of(anchor, "trial.ts.py");
        assertNotSame(kernels, library);
        assertSame(library, KernelLibrary.of(anchor, "trial.ts.py"));
        assertArrayEquals(new float[] {2, 4, 6, 8}, Tensors.floats(library.call(scope, "twice", x)));
        return library;
    }

    @Test
    void aFailingKernelNamesItsResourceAndLine() {
        KernelException e = assertThrows(KernelException.class, () -> kernels.call(scope, "wrong_shapes", x, Tensors.of(scope.manager(), new float[3])));
        assertTrue(e.getMessage().startsWith("Kernel wrong_shapes of org/refract/engine/kernel/trial.ts.py failed: line "), e.getMessage());
        assertTrue(e.getMessage().contains("size mismatch"), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }

    @Test
    void aWrongArgumentIsRefusedWithASentence() {
        String type = assertThrows(KernelException.class, () -> kernels.call(scope, "twice", 3)).getMessage();
        assertTrue(type.contains("Expected a value of type 'Tensor' for argument 'x'"), type);
        String count = assertThrows(KernelException.class, () -> kernels.call(scope, "twice", x, x)).getMessage();
        assertTrue(count.contains("argument"), count);
        String name = assertThrows(KernelException.class, () -> kernels.call(scope, "absent", x)).getMessage();
        assertTrue(name.contains("'absent' is not defined"), name);
    }

    @Test
    void aTextThatDoesNotCompileNamesItsLine() {
        String unknown = broken("def f(x: Tensor) -> Tensor:\n  y = x\n  return torch.no_such_thing(y)\n");
        assertTrue(unknown.contains("Kernel text a.ts.py does not compile: line 3: Unknown builtin op: aten::no_such_thing"), unknown);
        String syntax = broken("\ndef f(x: Tensor -> Tensor:\n  return x\n");
        assertTrue(syntax.contains("line 2: expected )"), syntax);
    }

    private String broken(String text) {
        KernelLibrary library = KernelLibrary.ofText("a.ts.py", text);
        return assertThrows(KernelException.class, library::compile).getMessage();
    }

    @Test
    void aMissingResourceIsNamed() {
        String said = assertThrows(KernelException.class, () -> KernelLibrary.of(KernelLibraryTest.class, "absent.ts.py")).getMessage();
        assertEquals("Kernel text org/refract/engine/kernel/absent.ts.py is missing from its bundle.", said);
    }

    @Test
    void severalThreadsMayCallOneLibrary() throws Exception {
        float[] expected = Tensors.floats(kernels.call(scope, "smooth", x));
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            tasks.add(() -> {
                int same = 0;
                try (Scope own = Scope.open(Placement.CPU)) {
                    NDArray input = Tensors.of(own.manager(), new float[] {1, 2, 3, 4}, 2, 2);
                    for (int i = 0; i < 500; i++) {
                        try (Scope step = own.child()) {
                            same += java.util.Arrays.equals(expected, Tensors.floats(kernels.call(step, "smooth", input))) ? 1 : 0;
                        }
                    }
                }
                return same;
            });
        }
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (Future<Integer> same : threads.invokeAll(tasks)) {
                assertEquals(500, same.get());
            }
        }
    }

    @Test
    void aLongLoopOfCallsLeavesNoTensorBehind() {
        int before = scope.liveTensors();
        for (int i = 0; i < 2000; i++) {
            try (NDManager step = scope.manager().newSubManager()) {
                kernels.callList(step, "pair", x, 1);
            }
        }
        assertEquals(before, scope.liveTensors());
    }

    @Test
    void aFailedCallLeavesNoTensorBehind() {
        int before = scope.liveTensors();
        for (int i = 0; i < 100; i++) {
            assertThrows(KernelException.class, () -> kernels.call(scope, "pair", x, 5));
        }
        assertEquals(before, scope.liveTensors());
    }

    @Test
    void anOperationForItsEffectStandsAlone() {
        KernelLibrary library = KernelLibrary.ofText("effects", """
                def doubled_twice(x: Tensor) -> Tensor:
                  y = torch.clone(x)
                  torch.mul_(y, 2)
                  each = annotate(List[Tensor], [])
                  for i in range(2):
                    torch.append(each, y)
                  return torch.cat(each, 0)
                """);
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray doubled = library.call(scope, "doubled_twice", Tensors.of(scope.manager(), new float[] {1, 3}, 2));
            assertArrayEquals(new float[] {2, 6, 2, 6}, Tensors.floats(doubled));
        }
    }
}
