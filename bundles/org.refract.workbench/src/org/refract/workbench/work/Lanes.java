package org.refract.workbench.work;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.workbench.picture.Pixels;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread per lane. */
public final class Lanes implements Background, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);
    private static final int PATIENCE_SECONDS = 10;

    private final Map<Lane, ExecutorService> threads = new EnumMap<>(Lane.class);
    private final BiConsumer<Integer, Runnable> screen;

    /** @param screen runs something on the screen's thread after so many milliseconds, or drops it if the screen is gone; any thread */
    public Lanes(BiConsumer<Integer, Runnable> screen) {
        this.screen = screen;
        for (Lane lane : Lane.values()) {
            threads.put(lane, Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("workbench " + lane).factory()));
        }
    }

    @Override
    public <T> Running start(Lane lane, String title, Task<T> task, Outcome<T> outcome) {
        StageMonitor monitor = new StageMonitor(title, listener(outcome), System::nanoTime);
        threads.get(lane).execute(() -> screen.accept(0, run(title, task, outcome, monitor)));
        return monitor::cancel;
    }

    private StageMonitor.Listener listener(Outcome<?> outcome) {
        Consumer<Progress> progress = newest(outcome::progress);
        Consumer<Pixels> preview = newest(outcome::preview);
        return new StageMonitor.Listener() {
            @Override
            public void progress(Progress now) {
                progress.accept(now);
            }

            @Override
            public void preview(Pixels picture) {
                preview.accept(picture);
            }

            @Override
            public void note(String sentence) {
                screen.accept(0, () -> outcome.note(sentence));
            }
        };
    }

    /** Hears as often as something comes and passes on the newest as often as the screen's thread takes it. */
    private <T> Consumer<T> newest(Consumer<T> heard) {
        AtomicReference<T> newest = new AtomicReference<>();
        return value -> {
            if (newest.getAndSet(value) == null) {
                screen.accept(0, () -> heard.accept(newest.getAndSet(null)));
            }
        };
    }

    private static <T> Runnable run(String title, Task<T> task, Outcome<T> outcome, StageMonitor monitor) {
        try {
            monitor.checkpoint();
            T result = task.run(monitor);
            return () -> outcome.done(result);
        } catch (CancelledException e) {
            return monitor.isCancelled() ? outcome::cancelled : () -> outcome.failed(e.getMessage());
        } catch (RefractException e) {
            LOG.debug(title, e);
            return () -> outcome.failed(e.getMessage());
        } catch (RuntimeException | LinkageError e) {
            LOG.error(title, e);
            return () -> outcome.failed(title + " failed unexpectedly (" + e.getClass().getSimpleName() + "); the log says where.");
        } catch (OutOfMemoryError e) {
            LOG.error(title, e);
            return () -> outcome.failed(title + " needs more memory than there is; take a smaller model or give Java more with REFRACT_JAVA_OPTIONS=-Xmx8g.");
        }
    }

    @Override
    public void after(int milliseconds, Runnable action) {
        screen.accept(milliseconds, action);
    }

    /** Lets what was started come to its end, for a while. */
    @Override
    public void close() {
        threads.values().forEach(ExecutorService::shutdown);
        for (ExecutorService thread : threads.values()) {
            try {
                if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    thread.shutdownNow();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
