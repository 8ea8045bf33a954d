package org.refract.engine.extension;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Version;
import org.refract.api.RefractException;
import org.refract.api.analysis.Labeler;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.engine.job.Job;
import org.refract.engine.job.JobHandle;
import org.refract.engine.job.JobQueue;
import org.refract.engine.tensor.Devices;

/** A job whose extension does not come back ends for everybody but the thread that is stuck in it. */
@Timeout(120)
class StuckExtensionTest {

    private static final Origin ORIGIN = new Origin("org.example.stuck", new Version(1, 2, 0), Optional.of(Path.of("stuck.jar")));

    private final Devices devices = new Devices();
    private final JobQueue queue = new JobQueue(devices);
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch mayReturn = new CountDownLatch(1);
    private final Labeler stuck = Guard.around(Labeler.class, new Stuck(), ORIGIN, "labeler 'stuck'");

    /** It takes no notice of interrupts either. */
    private final class Stuck implements Labeler {
        @Override
        public String id() {
            return "stuck";
        }

        @Override
        public Session open(List<String> captions) {
            inside.countDown();
            while (mayReturn.getCount() > 0) {
                Thread.onSpinWait();
            }
            return examples -> Optional.empty();
        }
    }

    @BeforeEach
    void limit() {
        System.setProperty(Calls.LIMIT, "1");
    }

    @AfterEach
    void close() {
        System.clearProperty(Calls.LIMIT);
        mayReturn.countDown();
        queue.close();
        devices.close();
    }

    @Test
    void itsJobEndsAndTheNextRunsOnAnotherThreadOfTheDevice() throws Exception {
        Thread first = devices.executor(Placement.CPU).call(Thread::currentThread);
        CompletableFuture<Throwable> met = new CompletableFuture<>();
        JobHandle<Integer> job = queue.submit(Job.on(Placement.CPU, "Label", monitor -> {
            try {
                stuck.open(List.of());
            } catch (Throwable e) {
                met.complete(e);
                throw e;
            }
            return 1;
        }));
        JobHandle<Thread> next = queue.submit(Job.on(Placement.CPU, "Next", monitor -> Thread.currentThread()));
        String sentence = "The extension org.example.stuck 1.2.0 (stuck.jar) did not come back from its labeler 'stuck' (open) within 1 seconds, the limit that was set;"
                + " what was saved before stays.";
        RefractException said = assertThrows(RefractException.class, () -> job.awaitOrCancel("Stopped."));
        assertEquals(sentence, said.getMessage());
        assertEquals(RefractException.FAILURE, said.exitCode());
        assertEquals(JobHandle.State.FAILED, job.state());
        assertNotSame(first, next.await());
        mayReturn.countDown();
        assertTrue(met.get() instanceof ExtensionFailure, "a late answer is no answer: " + met.get());
        assertEquals(Optional.of(sentence), job.sentence(), "its late end changes nothing");
    }

    @Test
    void workThatReportsProgressInsideACallIsNotSilent() throws Exception {
        Labeler slow = Guard.around(Labeler.class, new Fast(), ORIGIN, "labeler 'slow'");
        JobHandle<Integer> job = queue.submit(Job.beside("Label", monitor -> {
            Fast.MONITOR.set(monitor);
            slow.open(List.of());
            return 1;
        }));
        assertEquals(1, job.awaitOrCancel("Stopped."));
    }

    /** Takes two limits, and says every now and then that it is there. */
    private static final class Fast implements Labeler {
        private static final ThreadLocal<Monitor> MONITOR = new ThreadLocal<>();

        @Override
        public String id() {
            return "slow";
        }

        @Override
        public Session open(List<String> captions) {
            for (int i = 0; i < 20; i++) {
                try {
                    Thread.sleep(100);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                MONITOR.get().advance(1);
            }
            return examples -> Optional.empty();
        }
    }

    @Test
    void whoWaitsBesideMayStopIt() throws Exception {
        System.clearProperty(Calls.LIMIT);
        JobHandle<Integer> job = queue.submit(Job.on(Placement.CPU, "Label", monitor -> {
            stuck.open(List.of());
            return 1;
        }));
        inside.await();
        Monitor person = new org.refract.api.job.ForwardingMonitor(Monitor.silent()) {
            @Override
            public void checkpoint() {
                throw new org.refract.api.job.CancelledException("Cancelled.");
            }
        };
        String said = assertThrows(RefractException.class, () -> job.awaitOrCancel("Stopped.", person)).getMessage();
        assertEquals("The extension org.example.stuck 1.2.0 (stuck.jar) did not come back from its labeler 'stuck' (open) and is left behind with what it holds in"
                + " memory; what was saved before stays.", said);
        assertFalse(queue.submit(Job.on(Placement.CPU, "Next", monitor -> Thread.currentThread().isInterrupted())).await());
    }
}
