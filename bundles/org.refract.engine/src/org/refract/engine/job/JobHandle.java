package org.refract.engine.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.engine.extension.Lease;
import org.refract.engine.kernel.KernelException;

/**
 * A submitted job: its state, its progress, and the means to stop it or wait for it.
 *
 * @param <T> its result
 */
public final class JobHandle<T> {

    /** Where a job stands. */
    public enum State {
        /** It waits for others. */
        QUEUED,
        /** It is being done. */
        RUNNING,
        /** It came to its end. */
        COMPLETED,
        /** It was stopped; {@link #sentence()} says why. */
        CANCELLED,
        /** It failed; {@link #sentence()} says why. */
        FAILED;

        /** Whether nothing more will happen. */
        public boolean isFinal() {
            return compareTo(COMPLETED) >= 0;
        }
    }

    /** What torch says when an allocation fails, on the CPU and on CUDA. */
    private static final Pattern LACK_OF_MEMORY = Pattern.compile("not enough memory|can't allocate memory|out of memory");

    private final long number;
    private final String title;
    /** The work until it begins; an ended job must not keep an extension's classes alive. */
    private final AtomicReference<Optional<Job<T>>> work;
    private final JobMonitor monitor = new JobMonitor();
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final List<Consumer<JobHandle<T>>> listeners = new CopyOnWriteArrayList<>();
    private final Instant submitted = Instant.now();
    private volatile State state = State.QUEUED;
    private volatile Optional<String> sentence = Optional.empty();

    JobHandle(long number, Job<T> job) {
        this.number = number;
        this.title = job.title();
        this.work = new AtomicReference<>(Optional.of(job));
        monitor.onProgress(progress -> tell());
    }

    /** Its number in the queue's history, counted from 1. */
    public long number() {
        return number;
    }

    /** What it does, for people. */
    public String title() {
        return title;
    }

    /** When it was submitted. */
    public Instant submitted() {
        return submitted;
    }

    /** Where it stands. */
    public State state() {
        return state;
    }

    /** How far it is. */
    public Progress progress() {
        return monitor.progress();
    }

    /** Why it was cancelled or failed. */
    public Optional<String> sentence() {
        return sentence;
    }

    /** Completed with the result, or with what ended the job. */
    public CompletableFuture<T> result() {
        return result.copy();
    }

    /** Asks it to stop at its next checkpoint; a queued one ends at once. */
    public void cancel(String reason) {
        monitor.cancel(reason);
        if (claim(State.QUEUED, State.CANCELLED)) {
            work.set(Optional.empty());
            end(State.CANCELLED, Optional.of(reason), () -> result.completeExceptionally(new CancelledException(reason)));
        }
    }

    /** Ends a job that could not even begin. */
    void fail(Throwable failure) {
        if (claim(State.QUEUED, State.FAILED)) {
            work.set(Optional.empty());
            endFailed(failure);
        }
    }

    /**
     * Waits for the result.
     *
     * @throws RefractException what the job failed with
     * @throws CancelledException if it was stopped
     * @throws InterruptedException if the waiting thread was interrupted; the job goes on
     */
    public T await() throws RefractException, InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RefractException failed -> throw failed;
                case RuntimeException failed -> throw failed;
                case Error failed -> throw failed;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /**
     * Waits for the result; if the waiting thread is interrupted, the job is asked to stop and its end is waited for.
     *
     * @param reason what the job is told when the wait is interrupted
     * @throws RefractException what the job failed with
     * @throws CancelledException if it was stopped
     */
    public T awaitOrCancel(String reason) throws RefractException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return await();
                } catch (InterruptedException e) {
                    interrupted = true;
                    cancel(reason);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Tells {@code listener} of changes, on the job's thread and at most ten times a second, until the result is closed. */
    public AutoCloseable onChange(Consumer<JobHandle<T>> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Does the job on the calling thread. */
    void run() {
        if (!claim(State.QUEUED, State.RUNNING)) {
            return;
        }
        tell();
        Job<T> job = work.getAndSet(Optional.empty()).orElseThrow();
        try {
            Monitor guarded = Lease.guard(job.leases(), monitor);
            guarded.checkpoint();
            T made = job.work().run(guarded);
            end(State.COMPLETED, Optional.empty(), () -> result.complete(made));
        } catch (InterruptedException e) {
            String reason = "The work was interrupted.";
            end(State.CANCELLED, Optional.of(reason), () -> result.completeExceptionally(new CancelledException(reason)));
        } catch (Throwable e) {
            endFailed(e);
        }
    }

    private void endFailed(Throwable e) {
        if (e instanceof CancelledException) {
            end(State.CANCELLED, Optional.of(String.valueOf(e.getMessage())), () -> result.completeExceptionally(e));
            return;
        }
        Throwable failure;
        String said;
        try {
            failure = failure(e);
            said = failure instanceof RefractException ? failure.getMessage() : "%s failed unexpectedly: %s.".formatted(title(), e);
        } catch (Throwable saysNothing) {
            failure = RefractException.failure(e, "%s failed unexpectedly: %s.", title(), e.getClass().getName());
            said = failure.getMessage();
        }
        Throwable told = failure;
        end(State.FAILED, Optional.of(said), () -> result.completeExceptionally(told));
    }

    /** What waiting threads get: a sentence where there is one to say, and instead of an error (a missing class, an assertion), which none of them expects. */
    private Throwable failure(Throwable e) {
        if (e instanceof RefractException) {
            return e;
        }
        if (e instanceof OutOfMemoryError || e.getMessage() != null && LACK_OF_MEMORY.matcher(e.getMessage()).find()) {
            return RefractException.failure(e, "%s needs more memory than there is: use a smaller batch.", title());
        }
        if (e instanceof KernelException) {
            return RefractException.failure(e, "%s", e.getMessage());
        }
        return e instanceof Error ? RefractException.failure(e, "%s failed unexpectedly: %s.", title(), e) : e;
    }

    private synchronized boolean claim(State from, State to) {
        if (state != from) {
            return false;
        }
        state = to;
        return true;
    }

    /** Those who wait are told first, whatever becomes of those who look on. */
    private void end(State ended, Optional<String> why, Runnable complete) {
        sentence = why;
        state = ended;
        complete.run();
        tell();
    }

    private void tell() {
        listeners.forEach(listener -> Guarded.run(() -> listener.accept(this)));
    }
}
