package org.refract.cli.progress;

import org.refract.api.Plain;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;

/**
 * Shows work on a terminal: one line that is rewritten where a person watches, a line now and then where a log is written,
 * nothing where it is unwanted. Any thread may report; {@link #stop()} makes the next checkpoint end the work.
 */
public final class ProgressMonitor implements Monitor, AutoCloseable {
    private static final Duration REDRAW = Duration.ofMillis(100);
    private static final Duration LOG_LINE = Duration.ofSeconds(15);
    private static final int METRICS_SHOWN = 4;

    private final Printed err;
    private final Terminal terminal;
    private final boolean quiet;
    private final InstantSource clock;
    private final AtomicBoolean stopped = new AtomicBoolean();
    /** A sentence is said once, however many pictures it is true of. */
    private final Set<String> said = new HashSet<>();
    private final Map<String, Double> metrics = new LinkedHashMap<>();
    private String title = "";
    private String headline = "";
    private long total;
    private long done;
    private long begun;
    private long shown;
    private boolean open;

    public ProgressMonitor(PrintWriter err, Terminal terminal, boolean quiet, InstantSource clock) {
        this.err = Printed.of(err);
        this.terminal = terminal;
        this.quiet = quiet;
        this.clock = clock;
    }

    /** Makes the next {@link #checkpoint()} end the work. */
    public void stop() {
        stopped.set(true);
    }

    @Override
    public synchronized void stage(String newTitle, long newTotal) {
        finishLine();
        title = newTitle;
        total = newTotal;
        done = 0;
        begun = clock.millis();
        shown = begun;
        metrics.clear();
        open = true;
        if (quiet) {
            return;
        }
        if (terminal.interactive()) {
            draw();
        } else {
            err.println(Plain.line(newTitle + (newTotal > 0 ? " (" + newTotal + ")" : "")));
        }
    }

    @Override
    public synchronized void advance(long units) {
        done += units;
        drawIfDue();
    }

    @Override
    public synchronized void metric(String name, double value) {
        metrics.remove(name);
        if (metrics.size() == METRICS_SHOWN) {
            metrics.remove(metrics.keySet().iterator().next());
        }
        metrics.put(name, value);
        drawIfDue();
    }

    /** Says how far the whole is of which the stages are parts. */
    public synchronized void headline(String text) {
        headline = text;
    }

    @Override
    public void preview(BufferedImage image) {
    }

    @Override
    public synchronized void note(String sentence) {
        if (quiet || !said.add(sentence)) {
            return;
        }
        err.println(Plain.line(sentence));
    }

    @Override
    public void checkpoint() throws CancelledException {
        if (stopped.get()) {
            throw new CancelledException("Stopped.");
        }
    }

    private void drawIfDue() {
        long now = clock.millis();
        if (now - shown >= (terminal.interactive() ? REDRAW : LOG_LINE).toMillis()) {
            shown = now;
            draw();
        }
    }

    private void draw() {
        if (quiet || !open) {
            return;
        }
        Duration elapsed = Duration.ofMillis(clock.millis() - begun);
        if (terminal.interactive()) {
            err.progress(ProgressLine.of(title, done, total, elapsed, metrics, headline, terminal.width() - 1));
        } else if (done > 0 || total > 0) {
            err.println(Plain.line(ProgressLine.plain(title, done, total, elapsed, metrics, headline)));
        }
    }

    private void finishLine() {
        if (open && !quiet) {
            draw();
            err.keepProgress();
        }
        open = false;
    }

    /** Ends the line in progress. */
    @Override
    public synchronized void close() {
        finishLine();
    }
}
