package org.refract.model.sdxl;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.refract.api.RefractException;

/**
 * Work that a thread of its own does until its result is wanted.
 *
 * @param <T> the result
 */
final class Background<T> implements AutoCloseable {

    private final CompletableFuture<T> task = new CompletableFuture<>();

    /** Begins the work. */
    Background(Callable<T> work) {
        Thread.ofPlatform().daemon().name("refract opening").start(() -> {
            try {
                task.complete(work.call());
            } catch (Throwable failure) {
                task.completeExceptionally(failure);
            }
        });
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
        task.handle((result, failure) -> Boolean.TRUE).join();
    }
}
