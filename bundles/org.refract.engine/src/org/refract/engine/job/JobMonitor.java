package org.refract.engine.job;

import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;

/**
 * A monitor that keeps what it hears and tells listeners at most ten times a second, and at once when a stage begins.
 */
public final class JobMonitor implements Monitor {

    private static final long PAUSE_NANOS = 100_000_000;
    private static final int MOST_NOTES = 1000;

    private final LongSupplier nanos;
    private final List<Consumer<Progress>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicReference<String> cancelled = new AtomicReference<>();
    private final Map<String, Double> metrics = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private String stage = "";
    private long done;
    private long total;
    private Optional<BufferedImage> preview = Optional.empty();
    private Rate rate;
    private long told;
    private volatile long heard;
    private volatile long cancelledAt;

    /** A monitor on the system's clock. */
    public JobMonitor() {
        this(System::nanoTime);
    }

    /** @param nanos the clock, in nanoseconds from any origin */
    public JobMonitor(LongSupplier nanos) {
        this.nanos = nanos;
        this.rate = new Rate(nanos.getAsLong());
        this.told = nanos.getAsLong() - PAUSE_NANOS;
        this.heard = nanos.getAsLong();
    }

    @Override
    public void stage(String title, long units) {
        synchronized (this) {
            stage = title;
            done = 0;
            total = units;
            rate = new Rate(nanos.getAsLong());
        }
        tell(true);
    }

    @Override
    public void advance(long units) {
        synchronized (this) {
            done += units;
            rate.advance(units, nanos.getAsLong());
        }
        tell(false);
    }

    @Override
    public void metric(String name, double value) {
        synchronized (this) {
            metrics.put(name, value);
        }
        tell(false);
    }

    @Override
    public void preview(BufferedImage image) {
        synchronized (this) {
            preview = Optional.of(image);
        }
        tell(true);
    }

    @Override
    public void note(String sentence) {
        synchronized (this) {
            if (notes.size() < MOST_NOTES) {
                notes.add(sentence);
            }
        }
        tell(false);
    }

    @Override
    public void checkpoint() {
        heard = nanos.getAsLong();
        String reason = cancelled.get();
        if (reason == null && Thread.currentThread().isInterrupted()) {
            reason = "The work was interrupted.";
        }
        if (reason != null) {
            throw new CancelledException(reason);
        }
    }

    /** Asks the work to stop at its next checkpoint. The first reason counts. */
    public void cancel(String reason) {
        if (cancelled.compareAndSet(null, reason)) {
            cancelledAt = nanos.getAsLong();
        }
    }

    /** How long the work has given no sign. */
    Duration silence() {
        return Duration.ofNanos(nanos.getAsLong() - heard);
    }

    /** How long ago the work was asked to stop, if it was. */
    Optional<Duration> stopping() {
        return isCancelled() ? Optional.of(Duration.ofNanos(nanos.getAsLong() - cancelledAt)) : Optional.empty();
    }

    /** Whether the work was asked to stop. */
    public boolean isCancelled() {
        return cancelled.get() != null;
    }

    /** How far the work is now. */
    public synchronized Progress progress() {
        return new Progress(
                stage,
                done,
                total,
                total > 0 ? rate.estimate(Math.max(0, total - done)) : Optional.empty(),
                Collections.unmodifiableMap(new LinkedHashMap<>(metrics)),
                List.copyOf(notes),
                preview);
    }

    /** Tells {@code listener} of progress, on the work's thread, until the result is closed. */
    public AutoCloseable onProgress(Consumer<Progress> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void tell(boolean atOnce) {
        heard = nanos.getAsLong();
        if (listeners.isEmpty()) {
            return;
        }
        synchronized (this) {
            long now = nanos.getAsLong();
            if (!atOnce && now - told < PAUSE_NANOS) {
                return;
            }
            told = now;
        }
        Progress progress = progress();
        listeners.forEach(listener -> Guarded.run(() -> listener.accept(progress)));
    }
}
