package org.refract.engine.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.api.model.Placement;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DeviceExecutor;
import org.refract.engine.tensor.Devices;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

class JobQueueTest {

    private final Devices devices = new Devices();
    private final JobQueue queue = new JobQueue(devices);

    @AfterEach
    void close() {
        queue.close();
        devices.close();
    }

    @Test
    void aJobRunsOnItsDevicesThreadAndGivesItsResult() throws Exception {
        JobHandle<Double> job = queue.submit(Job.on(Placement.CPU, "Add", monitor -> {
            try (Scope scope = Scope.open(Placement.CPU)) {
                NDArray x = Tensors.of(scope.manager(), new float[] {1, 2});
                return Tensors.scalar(x.sum());
            }
        }));
        assertEquals(3.0, job.await());
        assertEquals(JobHandle.State.COMPLETED, job.state());
        Thread device = devices.executor(Placement.CPU).call(Thread::currentThread);
        assertSame(device, queue.submit(Job.on(Placement.CPU, "Where", monitor -> Thread.currentThread())).await());
        assertNotSame(device, queue.submit(Job.beside("Where", monitor -> Thread.currentThread())).await());
    }

    @Test
    void jobsOfADeviceRunOneAfterAnother() throws Exception {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch go = new CountDownLatch(1);
        JobHandle<Boolean> first = queue.submit(Job.on(Placement.CPU, "First", monitor -> {
            go.await();
            return order.add("first");
        }));
        JobHandle<Boolean> second = queue.submit(Job.on(Placement.CPU, "Second", monitor -> order.add("second")));
        assertEquals(JobHandle.State.QUEUED, second.state());
        go.countDown();
        second.await();
        first.await();
        assertEquals(List.of("first", "second"), order);
        assertEquals(List.of("First", "Second"), queue.jobs().stream().map(JobHandle::title).toList());
    }

    @Test
    void aRunningJobStopsAtItsNextCheckpointWithTheReason() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        JobHandle<Integer> job = queue.submit(Job.beside("Loop", monitor -> {
            while (true) {
                running.countDown();
                monitor.checkpoint();
            }
        }));
        running.await();
        job.cancel("You asked for it.");
        assertEquals("You asked for it.", assertThrows(CancelledException.class, job::await).getMessage());
        assertEquals(JobHandle.State.CANCELLED, job.state());
        assertEquals("You asked for it.", job.sentence().orElseThrow());
    }

    @Test
    void aQueuedJobThatIsCancelledNeverRuns() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        queue.submit(Job.on(Placement.CPU, "First", monitor -> {
            go.await();
            return 1;
        }));
        AtomicReference<String> ran = new AtomicReference<>("no");
        JobHandle<Integer> second = queue.submit(Job.on(Placement.CPU, "Second", monitor -> {
            ran.set("yes");
            return 2;
        }));
        second.cancel("Not needed.");
        assertEquals(JobHandle.State.CANCELLED, second.state());
        assertThrows(CancelledException.class, second::await);
        go.countDown();
        queue.submit(Job.on(Placement.CPU, "Third", monitor -> 3)).await();
        assertEquals("no", ran.get());
    }

    @Test
    void aFailureArrivesAsItsSentence() throws Exception {
        JobHandle<Integer> refused = queue.submit(Job.beside("Read", monitor -> {
            throw RefractException.usage("There is no file x.");
        }));
        assertEquals(2, assertThrows(RefractException.class, refused::await).exitCode());
        assertEquals(JobHandle.State.FAILED, refused.state());
        assertEquals("There is no file x.", refused.sentence().orElseThrow());

        JobHandle<Integer> kernel = queue.submit(Job.on(Placement.CPU, "Train", monitor -> {
            KernelLibrary.ofText("extension.ts.py", "def f(x: Tensor) -> Tensor:\n  return torch.absent(x)\n").compile();
            return 1;
        }));
        String said = assertThrows(RefractException.class, kernel::await).getMessage();
        assertTrue(said.startsWith("Kernel text extension.ts.py does not compile: line 2"), said);

        JobHandle<Integer> odd = queue.submit(Job.beside("Draw", monitor -> {
            throw new IllegalStateException("odd");
        }));
        assertThrows(IllegalStateException.class, odd::await);
        assertEquals("Draw failed unexpectedly: java.lang.IllegalStateException: odd.", odd.sentence().orElseThrow());
    }

    @Test
    @Timeout(30)
    void aListenerThatThrowsHarmsNeitherTheWorkNorThoseWhoWait() throws Exception {
        for (Throwable thrown : List.of(new IllegalStateException("listener"), new AssertionError("listener"))) {
            try (AutoCloseable heard = queue.onChange(job -> {
                throw JobQueueTest.<RuntimeException>unchecked(thrown);
            })) {
                JobHandle<Integer> handle = queue.submit(Job.beside("Draw", monitor -> {
                    monitor.stage("Drawing", 1);
                    monitor.advance(1);
                    return 7;
                }));
                assertEquals(7, handle.await());
                assertEquals(JobHandle.State.COMPLETED, handle.state());
            }
        }
    }

    @Test
    @Timeout(30)
    void anErrorEndsTheJobAndItsWaitersWithASentence() throws Exception {
        for (Error thrown : List.of(new NoClassDefFoundError("org/slf4j/LoggerFactory"), new AssertionError("odd"), new StackOverflowError())) {
            for (Job<Integer> job : List.of(Job.<Integer>beside("Draw", monitor -> {
                throw thrown;
            }), Job.<Integer>on(Placement.CPU, "Draw", monitor -> {
                throw thrown;
            }))) {
                RefractException said = assertThrows(RefractException.class, queue.submit(job)::await);
                assertEquals("Draw failed unexpectedly: " + thrown + ".", said.getMessage());
            }
        }
    }

    @Test
    @Timeout(30)
    void aDeviceThatCannotStartEndsItsJobs() throws Exception {
        Devices gone = new Devices();
        DeviceExecutor executor = gone.executor(Placement.CPU);
        executor.close();
        try (JobQueue late = new JobQueue(gone)) {
            JobHandle<Integer> handle = late.submit(Job.on(Placement.CPU, "Draw", monitor -> 1));
            assertThrows(CancelledException.class, handle::await);
            assertTrue(handle.state().isFinal());
        }
    }

    @Test
    void anAllocationThatCannotSucceedIsASentence() throws Exception {
        JobHandle<Integer> greedy = queue.submit(Job.on(Placement.CPU, "Sampling", monitor -> {
            try (Scope scope = Scope.open(Placement.CPU)) {
                return (int) Tensors.zeros(scope.manager(), 1L << 40, 1L << 12).getShape().size();
            }
        }));
        String said = assertThrows(RefractException.class, greedy::await).getMessage();
        assertEquals("Sampling needs more memory than there is: use a smaller batch.", said);
        assertEquals(1, queue.submit(Job.on(Placement.CPU, "Next", monitor -> 1)).await());
    }

    @Test
    void anInterruptedWaitStopsTheJob() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        JobHandle<Integer> job = queue.submit(Job.beside("Loop", monitor -> {
            while (true) {
                running.countDown();
                monitor.checkpoint();
            }
        }));
        running.await();
        Thread.currentThread().interrupt();
        assertEquals("Ctrl-C.", assertThrows(CancelledException.class, () -> job.awaitOrCancel("Ctrl-C.")).getMessage());
        assertTrue(Thread.interrupted());
    }

    @Test
    void listenersHearOfEveryState() throws Exception {
        List<JobHandle.State> heard = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch ended = new CountDownLatch(1);
        try (AutoCloseable listening = queue.onChange(job -> {
            heard.add(job.state());
            if (job.state().isFinal()) {
                ended.countDown();
            }
        })) {
            queue.submit(Job.beside("Short", monitor -> 1)).await();
            ended.await();
        }
        queue.submit(Job.beside("Unheard", monitor -> 1)).await();
        assertTrue(heard.contains(JobHandle.State.RUNNING) && heard.contains(JobHandle.State.COMPLETED), heard.toString());
    }

    @Test
    void closingTheQueueStopsItsJobs() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        JobHandle<Integer> job = queue.submit(Job.beside("Loop", monitor -> {
            while (true) {
                running.countDown();
                monitor.checkpoint();
            }
        }));
        running.await();
        queue.close();
        assertEquals("Refract is closing.", assertThrows(CancelledException.class, job::await).getMessage());
    }

    @Test
    void onlyTheLastEndedJobsAreRemembered() throws Exception {
        for (int i = 0; i < 250; i++) {
            queue.submit(Job.beside("Job " + i, monitor -> 1)).await();
        }
        assertFalse(queue.jobs().size() > 201);
        assertEquals("Job 249", queue.jobs().getLast().title());
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
