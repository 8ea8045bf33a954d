package org.refract.model.sdxl;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.refract.api.RefractException;

/**
 * Work that a thread of its own does until its result is wanted.
 *
 * @param <T> the result
 */
final class Background<T> implements AutoCloseable {

    private final FutureTask<T> task;
    private final Thread thread;

    /** Begins the work. */
    Background(Callable<T> work) {
        task = new FutureTask<>(work);
        thread = Thread.ofPlatform().daemon().name("refract opening").start(task);
    }

    /**
     * Waits for the result.
     *
     * @throws RefractException what the work threw
     */
    T result() throws RefractException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RefractException sentence -> throw sentence;
                case RuntimeException wrong -> throw wrong;
                case Throwable other -> throw new IllegalStateException(other);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a model was opened", e);
        }
    }

    /** Waits for the work, whose result is no longer wanted. */
    @Override
    public void close() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
