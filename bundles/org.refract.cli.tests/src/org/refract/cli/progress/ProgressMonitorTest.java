package org.refract.cli.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.refract.api.job.CancelledException;

class ProgressMonitorTest {
    private final StringWriter err = new StringWriter();
    private final AtomicLong millis = new AtomicLong();

    private ProgressMonitor monitor(boolean interactive, boolean quiet) {
        return new ProgressMonitor(new PrintWriter(err), new Terminal(interactive, 80, 24), quiet, () -> Instant.ofEpochMilli(millis.get()));
    }

    private void work(ProgressMonitor monitor) {
        try (monitor) {
            monitor.stage("Recording", 1000);
            for (int i = 0; i < 1000; i++) {
                millis.addAndGet(50);
                monitor.advance(1);
                monitor.metric("loss", 1.0 / (i + 1));
            }
            monitor.note("One prompt was cut.");
        }
    }

    @Test
    void rewritesOneLineOnATerminal() {
        work(monitor(true, false));
        assertTrue(err.toString().contains("\rRecording"));
        String[] lines = err.toString().split("\n");
        assertEquals(2, lines.length);
        assertTrue(lines[0].endsWith("One prompt was cut."));
        assertTrue(lines[1].contains("100 %"));
    }

    @Test
    void writesAFewPlainLinesToALog() {
        work(monitor(false, false));
        assertFalse(err.toString().contains("\r") || err.toString().contains("\u001b"));
        assertTrue(err.toString().lines().count() < 12, err::toString);
        assertTrue(err.toString().contains("Recording: 100 %"), err::toString);
    }

    @Test
    void saysNothingWhenQuiet() {
        work(monitor(true, true));
        work(monitor(false, true));
        assertEquals("", err.toString());
    }

    @Test
    void aStopEndsTheWorkAtTheNextCheckpoint() {
        ProgressMonitor monitor = monitor(false, true);
        monitor.checkpoint();
        monitor.stop();
        assertThrows(CancelledException.class, monitor::checkpoint);
    }
}
