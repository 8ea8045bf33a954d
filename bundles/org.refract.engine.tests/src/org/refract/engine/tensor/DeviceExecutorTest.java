package org.refract.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;

class DeviceExecutorTest {

    private final Devices devices = new Devices();

    @AfterEach
    void close() {
        devices.close();
    }

    @Test
    void oneDeviceHasOneThread() throws Exception {
        DeviceExecutor cpu = devices.executor(Placement.CPU);
        assertSame(cpu, devices.executor(new Placement("cpu", Placement.DType.BF16)));
        Thread first = cpu.call(Thread::currentThread);
        assertSame(first, cpu.call(Thread::currentThread));
        assertTrue(first.isDaemon());
        assertFalse(cpu.isCurrent());
    }

    @Test
    void tasksRunInTheOrderOfTheirSubmission() throws Exception {
        DeviceExecutor cpu = devices.executor(Placement.CPU);
        CountDownLatch go = new CountDownLatch(1);
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        cpu.submit(() -> {
            go.await();
            return order.add(0);
        });
        CompletableFuture<?> last = null;
        for (int i = 1; i <= 20; i++) {
            int number = i;
            last = cpu.submit(() -> order.add(number));
        }
        go.countDown();
        last.get();
        assertEquals(java.util.stream.IntStream.rangeClosed(0, 20).boxed().toList(), order);
    }

    @Test
    void aTaskMayCallItsOwnDevice() throws Exception {
        DeviceExecutor cpu = devices.executor(Placement.CPU);
        assertEquals(7, cpu.call(() -> cpu.call(() -> 3) + cpu.submit(() -> 4).join()));
    }

    @Test
    void whatATaskThrowsArrivesUnchanged() throws Exception {
        DeviceExecutor cpu = devices.executor(Placement.CPU);
        IOException thrown = new IOException("broken");
        assertSame(thrown, assertThrows(IOException.class, () -> cpu.call(() -> {
            throw thrown;
        })));
        AssertionError error = new AssertionError("wrong");
        assertSame(error, assertThrows(AssertionError.class, () -> cpu.<Integer, RuntimeException>call(() -> {
            throw error;
        })));
        assertEquals(1, cpu.call(() -> 1));
    }

    @Test
    void noGradientIsRecordedOnADevicesThread() throws Exception {
        assertFalse(devices.executor(Placement.CPU).call(() -> {
            try (Scope scope = Scope.open(Placement.CPU)) {
                NDArray x = Tensors.of(scope.manager(), new float[] {1, 2});
                x.setRequiresGradient(true);
                return x.mul(2).hasGradient();
            }
        }));
    }

    @Test
    void anOperationMayUseAsManyThreadsAsThePropertySays() throws Exception {
        int expected = Integer.getInteger(DeviceExecutor.THREADS, Runtime.getRuntime().availableProcessors());
        assertEquals(expected, devices.executor(Placement.CPU).call(JniUtils::getNumThreads));
    }

    @Test
    void aDeviceThatIsNotThereIsRefused() {
        String said = assertThrows(RefractException.class, () -> devices.executor(new Placement("cuda:99", Placement.DType.FP32))).getMessage();
        assertTrue(said.startsWith("There is no device cuda:99: this machine offers cpu"), said);
    }
}
