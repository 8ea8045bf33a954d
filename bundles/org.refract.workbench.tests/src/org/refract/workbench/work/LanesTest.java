package org.refract.workbench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.workbench.work.Background.Lane;
import org.refract.workbench.work.Background.Outcome;
import org.refract.workbench.work.Background.Running;

class LanesTest {
    private final BlockingQueue<Runnable> screen = new ArrayBlockingQueue<>(100);
    private final Lanes lanes = new Lanes((milliseconds, action) -> screen.add(action));
    private final List<String> heard = new ArrayList<>();

    @AfterEach
    void close() {
        lanes.close();
    }

    private final class Ear implements Outcome<String> {
        @Override
        public void done(String result) {
            heard.add("done " + result);
        }

        @Override
        public void failed(String sentence) {
            heard.add("failed " + sentence);
        }

        @Override
        public void cancelled() {
            heard.add("cancelled");
        }

        @Override
        public void progress(Progress progress) {
            heard.add(progress.sentence());
        }
    }

    private void screenUntil(String last) throws InterruptedException {
        while (heard.isEmpty() || !heard.getLast().startsWith(last)) {
            Runnable action = screen.poll(30, TimeUnit.SECONDS);
            assertTrue(action != null, "heard so far: " + heard);
            action.run();
        }
    }

    @Test
    void bringsTheResultToTheScreensThread() throws InterruptedException {
        lanes.start(Lane.MODEL, "Counting", monitor -> Thread.currentThread().getName(), new Ear());
        screenUntil("done");
        assertEquals(List.of("done workbench MODEL"), heard);
    }

    @Test
    void tellsTheNewestOfHowFarItIs() throws InterruptedException {
        CountDownLatch told = new CountDownLatch(1);
        lanes.start(Lane.MODEL, "Counting", monitor -> {
            monitor.stage("Denoising", 4);
            monitor.advance(1);
            monitor.advance(2);
            told.countDown();
            return "all";
        }, new Ear());
        told.await();
        screenUntil("done");
        assertEquals(List.of("Denoising · 3 of 4", "done all"), heard);
    }

    @Test
    void saysWhatWentWrong() throws InterruptedException {
        lanes.start(Lane.FILES, "Reading", monitor -> {
            throw RefractException.failure("The file is damaged; delete it.");
        }, new Ear());
        screenUntil("failed");
        assertEquals(List.of("failed The file is damaged; delete it."), heard);
    }

    @Test
    void anUnexpectedFailureIsASentenceToo() throws InterruptedException {
        lanes.start(Lane.FILES, "Reading", monitor -> {
            throw new IllegalStateException("boom");
        }, new Ear());
        screenUntil("failed");
        assertEquals(List.of("failed Reading failed unexpectedly (IllegalStateException); the log says where."), heard);
    }

    @Test
    void cancelsBetweenTwoSteps() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Running running = lanes.start(Lane.MODEL, "Counting", monitor -> {
            begun.countDown();
            while (true) {
                monitor.checkpoint();
                Thread.onSpinWait();
            }
        }, new Ear());
        begun.await();
        running.cancel();
        screenUntil("cancelled");
        assertEquals(List.of("cancelled"), heard);
    }

    @Test
    void anEndThatNobodyAskedForIsAFailure() throws InterruptedException {
        lanes.start(Lane.MODEL, "Counting", monitor -> {
            throw new CancelledException("The extension toy was removed.");
        }, new Ear());
        screenUntil("failed");
        assertEquals(List.of("failed The extension toy was removed."), heard);
    }

    @Test
    void whatWaitsBehindCancelledWorkIsDone() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        lanes.start(Lane.MODEL, "First", monitor -> {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new CancelledException("interrupted");
            }
            return "first";
        }, new Ear());
        lanes.start(Lane.MODEL, "Second", monitor -> "second", new Ear()).cancel();
        lanes.start(Lane.MODEL, "Third", monitor -> "third", new Ear());
        gate.countDown();
        screenUntil("done third");
        assertEquals(List.of("done first", "cancelled", "done third"), heard);
    }
}
