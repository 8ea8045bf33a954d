package org.refract.workbench.work;

import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;

/** Hears how far a piece of work is and tells it on; stops the work when asked to. Any thread. */
final class StageMonitor implements Monitor {
    private final Consumer<Progress> told;
    private final LongSupplier clock;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private String stage;
    private long total;
    private long done;
    private long begun;

    /**
     * @param title what the work is called until it names its first stage
     * @param told  hears of progress, on the work's thread
     * @param clock in nanoseconds
     */
    StageMonitor(String title, Consumer<Progress> told, LongSupplier clock) {
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
        Optional<Double> share = total > 0 ? Optional.of(Math.min(1.0, (double) done / total)) : Optional.empty();
        Optional<Duration> remaining = total > 0 && done > 0
                ? Optional.of(Duration.ofNanos((long) ((now - begun) * (double) Math.max(0, total - done) / done))) : Optional.empty();
        told.accept(new Progress(stage, share, remaining));
    }

    @Override
    public void metric(String name, double value) {
    }

    @Override
    public void preview(BufferedImage image) {
    }

    @Override
    public boolean wantsPreviews() {
        return false;
    }

    @Override
    public void note(String sentence) {
    }

    @Override
    public void checkpoint() throws CancelledException {
        if (cancelled.get()) {
            throw new CancelledException("Cancelled.");
        }
    }
}
