package org.refract.engine.extension;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs an extension's short code on a thread of its own, so that nobody waits for it for ever. */
public final class TimeLimit {

    static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("refract.extension.seconds", 10));

    private TimeLimit() {
    }

    /**
     * @param who for the thread's name
     * @throws ExecutionException with what the call threw
     * @throws TimeoutException   if it did not come back in time; its thread is interrupted and left
     */
    public static <T> T call(String who, Callable<T> call) throws ExecutionException, TimeoutException {
        FutureTask<T> task = new FutureTask<>(call);
        Thread.ofPlatform().daemon().name("refract asks " + who).start(task);
        try {
            return task.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw new TimeoutException("it did not come back within " + LIMIT.toSeconds() + " seconds");
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw new TimeoutException("it was interrupted");
        }
    }
}
