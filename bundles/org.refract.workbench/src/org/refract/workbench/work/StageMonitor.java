package org.refract.workbench.work;

import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.workbench.picture.Pixels;

/** Hears how far a piece of work is and tells it on; stops the work when asked to. Any thread. */
final class StageMonitor implements Monitor {
    private final Listener told;
    private final LongSupplier clock;
    /** Who hears of it. */
    interface Listener {
        void progress(Progress progress);

        void preview(Pixels picture);

        void note(String sentence);
    }

    private final AtomicBoolean cancelled = new AtomicBoolean();
    private String stage;
    private long total;
    private long done;
    private long begun;

    /**
     * @param title what the work is called until it names its first stage
     * @param told  hears of it, on the work's thread
     * @param clock in nanoseconds
     */
    StageMonitor(String title, Listener told, LongSupplier clock) {
        this.stage = title;
        this.told = told;
        this.clock = clock;
        this.begun = clock.getAsLong();
    }

    void cancel() {
        cancelled.set(true);
    }

    boolean isCancelled() {
        return cancelled.get();
    }

    @Override
    public synchronized void stage(String title, long units) {
        stage = title;
        total = units;
        done = 0;
        begun = clock.getAsLong();
        tell(begun);
    }

    @Override
    public synchronized void advance(long units) {
        done += units;
        tell(clock.getAsLong());
    }

    private void tell(long now) {
        Optional<Duration> remaining = total > 0 && done > 0
                ? Optional.of(Duration.ofNanos((long) ((now - begun) * (double) Math.max(0, total - done) / done))) : Optional.empty();
        told.progress(new Progress(stage, done, total, remaining));
    }

    @Override
    public void metric(String name, double value) {
    }

    @Override
    public void preview(BufferedImage image) {
        told.preview(Pixels.of(image));
    }

    @Override
    public void note(String sentence) {
        told.note(sentence);
    }

    @Override
    public void checkpoint() throws CancelledException {
        if (cancelled.get()) {
            throw new CancelledException("Cancelled.");
        }
    }
}
