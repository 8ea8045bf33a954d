package org.refract.engine.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.refract.api.job.CancelledException;

class JobMonitorTest {

    private long now;
    private final JobMonitor monitor = new JobMonitor(() -> now);

    @Test
    void progressSaysStageFractionMetricsNotesAndPreview() {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        monitor.stage("Training", 8);
        monitor.advance(2);
        monitor.metric("loss", 2);
        monitor.metric("loss", 1);
        monitor.note("One prompt was cut.");
        monitor.preview(image);
        Progress progress = monitor.progress();
        assertEquals("Training", progress.stage());
        assertEquals(0.25, progress.fraction());
        assertEquals(Map.of("loss", 1.0), progress.metrics());
        assertEquals(List.of("One prompt was cut."), progress.notes());
        assertEquals(Optional.of(image), progress.preview());
    }

    @Test
    void theRestIsEstimatedFromTheRate() {
        monitor.stage("Training", 100);
        assertEquals(Optional.empty(), monitor.progress().remaining());
        for (int i = 0; i < 50; i++) {
            now += 2_000_000_000L;
            monitor.advance(1);
        }
        assertEquals(Optional.of(Duration.ofSeconds(100)), monitor.progress().remaining());
    }

    @Test
    void theEstimateFollowsAChangeOfSpeed() {
        monitor.stage("Training", 1000);
        for (int i = 0; i < 100; i++) {
            now += 100_000_000L;
            monitor.advance(1);
        }
        for (int i = 0; i < 100; i++) {
            now += 1_000_000_000L;
            monitor.advance(1);
        }
        long seconds = monitor.progress().remaining().orElseThrow().toSeconds();
        assertTrue(seconds > 700 && seconds <= 800, "800 units at a second each are estimated as " + seconds);
    }

    @Test
    void aNewStageStartsAnew() {
        monitor.stage("Recording", 10);
        monitor.advance(10);
        monitor.stage("Training", 0);
        assertEquals(0, monitor.progress().fraction());
        assertEquals(Optional.empty(), monitor.progress().remaining());
    }

    @Test
    void listenersHearAtMostTenTimesASecondAndOfEveryStageAtOnce() throws Exception {
        List<Long> heard = new ArrayList<>();
        try (AutoCloseable listening = monitor.onProgress(progress -> heard.add(progress.done()))) {
            monitor.stage("Training", 1000);
            for (int i = 0; i < 1000; i++) {
                now += 1_000_000;
                monitor.advance(1);
            }
            monitor.stage("Writing", 1);
        }
        monitor.stage("Unheard", 1);
        assertEquals(12, heard.size(), heard.toString());
    }

    @Test
    void aCheckpointThrowsTheFirstReasonOnceCancelled() {
        monitor.checkpoint();
        monitor.cancel("First.");
        monitor.cancel("Second.");
        assertEquals("First.", assertThrows(CancelledException.class, monitor::checkpoint).getMessage());
    }

    @Test
    void aCheckpointHearsAnInterrupt() {
        Thread.currentThread().interrupt();
        assertEquals("The work was interrupted.", assertThrows(CancelledException.class, monitor::checkpoint).getMessage());
        assertTrue(Thread.interrupted());
    }
}
