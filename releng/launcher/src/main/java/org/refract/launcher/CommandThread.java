package org.refract.launcher;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.util.tracker.ServiceTracker;

/**
 * The thread on which the command line runs, so that the JVM's main thread stays free for a window.
 *
 * <p>The command line is the service {@code ToIntFunction<String[]>} with the property {@code refract.main=true}: arguments in, exit code
 * out. It is asked to stop by an interrupt of this thread.
 */
final class CommandThread {

    private static final String COMMAND_LINE = "(&(objectClass=java.util.function.ToIntFunction)(refract.main=true))";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int FAILURE = 1;

    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private final Container container;
    private final Thread thread;

    CommandThread(Container container, String[] arguments) {
        this.container = container;
        this.thread = new Thread(() -> {
            try {
                exitCode.complete(run(container.context(), arguments));
            } finally {
                exitCode.complete(FAILURE);
            }
        }, "refract");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Completed with the exit code, never exceptionally. */
    CompletableFuture<Integer> exitCode() {
        return exitCode;
    }

    /** Interrupts the command if it is still running, and waits for its end, but not for ever. */
    void stop() {
        if (exitCode.isDone()) {
            return;
        }
        thread.interrupt();
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int run(BundleContext context, String[] arguments) {
        try {
            var tracker = new ServiceTracker<Object, Object>(context, context.createFilter(COMMAND_LINE), null);
            tracker.open();
            Object service = tracker.waitForService(container.failures().isEmpty() ? PATIENCE.toMillis() : 1);
            if (service instanceof ToIntFunction<?> function) {
                return commandLine(function).applyAsInt(arguments);
            }
            Said.say("the command line is missing; unpack the product again.");
            return FAILURE;
        } catch (InterruptedException e) {
            return FAILURE;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        } catch (Throwable e) {
            Said.say("an unexpected " + e + " ended the command.", e);
            return FAILURE;
        }
    }

    @SuppressWarnings("unchecked")
    private static ToIntFunction<String[]> commandLine(ToIntFunction<?> function) {
        return (ToIntFunction<String[]>) function;
    }
}
