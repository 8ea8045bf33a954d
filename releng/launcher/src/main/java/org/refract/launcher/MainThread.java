package org.refract.launcher;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;

/**
 * Lends the JVM's main thread, the only one on which some platforms allow windows: each {@link Runnable} that is registered as a service
 * with the property {@code main.thread=true} is run on it once.
 */
final class MainThread {

    private static final String FILTER = "(&(objectClass=java.lang.Runnable)(main.thread=true))";

    /** How long this thread may be busy after the command has ended. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final CompletableFuture<Boolean> free = new CompletableFuture<>();
    private final BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();

    private MainThread() {}

    static MainThread in(BundleContext context) {
        MainThread mainThread = new MainThread();
        try {
            context.addServiceListener(
                    event -> {
                        if (event.getType() == ServiceEvent.REGISTERED) {
                            mainThread.enqueue(context, event.getServiceReference());
                        }
                    },
                    FILTER);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        return mainThread;
    }

    /**
     * Runs what is registered until the command has ended; returns its exit code. Called by the main thread.
     *
     * @param stuck gets the exit code if the command has ended and this thread does not come back from what it runs
     */
    int serveUntil(CompletableFuture<Integer> exitCode, IntConsumer stuck) throws InterruptedException {
        exitCode.thenAccept(code -> {
            work.add(() -> {});
            free.completeOnTimeout(false, PATIENCE.toMillis(), TimeUnit.MILLISECONDS).thenAcceptAsync(isFree -> {
                if (!isFree) {
                    stuck.accept(code);
                }
            });
        });
        while (!exitCode.isDone()) {
            work.take().run();
        }
        free.complete(true);
        try {
            return exitCode.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void enqueue(BundleContext context, ServiceReference<?> reference) {
        if (context.getService(reference) instanceof Runnable runnable) {
            work.add(() -> {
                try {
                    runnable.run();
                } finally {
                    context.ungetService(reference);
                }
            });
        }
    }
}
