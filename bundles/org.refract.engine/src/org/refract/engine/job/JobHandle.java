package org.refract.engine.job;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.engine.extension.Calls;
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

    private static final long LOOK_MILLIS = 100;

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
    /** Lets go of a thread that does not come back. */
    private final Consumer<Thread> leave;
    private volatile Optional<Runner> runner = Optional.empty();

    /** The thread that does it. */
    private record Runner(Thread thread, Calls calls) {
    }

    JobHandle(long number, Job<T> job, Consumer<Thread> leave) {
        this.number = number;
        this.leave = leave;
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
        end(State.QUEUED, State.CANCELLED, Optional.of(reason), () -> result.completeExceptionally(new CancelledException(reason)));
    }

    /** Ends a job that could not even begin. */
    void fail(Throwable failure) {
        endFailed(State.QUEUED, failure);
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
            throw failedWith(e.getCause());
        }
    }

    private T awaitFor(long millis) throws RefractException, InterruptedException, TimeoutException {
        try {
            return result.get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw failedWith(e.getCause());
        }
    }

    private static RuntimeException failedWith(Throwable cause) throws RefractException {
        switch (cause) {
            case RefractException failed -> throw failed;
            case RuntimeException failed -> throw failed;
            case Error failed -> throw failed;
            default -> throw new IllegalStateException(cause);
        }
    }

    /** As {@link #awaitOrCancel(String, Monitor)}, with nobody beside. */
    public T awaitOrCancel(String reason) throws RefractException {
        return awaitOrCancel(reason, Monitor.silent());
    }

    /**
     * Waits for the result; if the waiting thread is interrupted, the job is asked to stop and its end is waited for. It is not waited for where an
     * extension keeps its thread: not longer than {@link Calls#grace()} after it was asked to stop, nor than {@link Calls#limit()} without a sign.
     *
     * @param reason what the job is told when the wait is interrupted
     * @param beside is told when an extension is silent for long, and asked whether to stop
     * @throws RefractException what the job failed with, or that an extension did not come back
     * @throws CancelledException if it was stopped
     */
    public T awaitOrCancel(String reason, Monitor beside) throws RefractException {
        boolean interrupted = false;
        boolean told = false;
        try {
            while (true) {
                try {
                    return awaitFor(LOOK_MILLIS);
                } catch (InterruptedException e) {
                    interrupted = true;
                    cancel(reason);
                } catch (TimeoutException running) {
                    stopIfAsked(beside);
                    told = look(told, beside);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void stopIfAsked(Monitor beside) {
        try {
            beside.checkpoint();
        } catch (CancelledException e) {
            cancel(e.getMessage());
        }
    }

    /** @return whether somebody was told that an extension is silent */
    private boolean look(boolean told, Monitor beside) {
        Optional<Calls.Call> current = runner.flatMap(r -> r.calls().current());
        if (current.isEmpty()) {
            return told;
        }
        Calls.Call call = current.get();
        Duration silent = shorter(call.age(), monitor.silence());
        if (monitor.stopping().filter(since -> shorter(since, call.age()).compareTo(Calls.grace()) >= 0).isPresent()) {
            leave(call.leftSentence());
        } else if (Calls.limit().filter(limit -> silent.compareTo(limit) >= 0).isPresent()) {
            leave(call.limitSentence());
        } else if (!told && silent.compareTo(Calls.tellAfter()) >= 0) {
            beside.note(call.waitSentence(silent));
            return true;
        }
        return told;
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Ends the job although its thread is still in it. */
    private void leave(String why) {
        RefractException left = RefractException.failure("%s", why);
        monitor.cancel(why);
        end(State.RUNNING, State.FAILED, Optional.of(why), () -> {
            runner.ifPresent(stuck -> {
                stuck.calls().leave();
                leave.accept(stuck.thread());
            });
            result.completeExceptionally(left);
        });
    }

    /** Tells {@code listener} of changes, on the job's thread and at most ten times a second, until the result is closed. */
    public AutoCloseable onChange(Consumer<JobHandle<T>> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Does the job on the calling thread. */
    void run() {
        if (!claim(State.QUEUED, State.RUNNING, Optional.empty())) {
            return;
        }
        runner = Optional.of(new Runner(Thread.currentThread(), Calls.ofThisThread()));
        tell();
        Job<T> job = work.getAndSet(Optional.empty()).orElseThrow();
        try {
            Monitor guarded = Lease.guard(job.leases(), monitor);
            guarded.checkpoint();
            T made = job.work().run(guarded);
            end(State.RUNNING, State.COMPLETED, Optional.empty(), () -> result.complete(made));
        } catch (InterruptedException e) {
            String reason = "The work was interrupted.";
            end(State.RUNNING, State.CANCELLED, Optional.of(reason), () -> result.completeExceptionally(new CancelledException(reason)));
        } catch (Throwable e) {
            endFailed(State.RUNNING, e);
        } finally {
            runner = Optional.empty();
        }
    }

    private void endFailed(State from, Throwable e) {
        if (e instanceof CancelledException) {
            end(from, State.CANCELLED, Optional.of(String.valueOf(e.getMessage())), () -> result.completeExceptionally(e));
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
        end(from, State.FAILED, Optional.of(said), () -> result.completeExceptionally(told));
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

    private synchronized boolean claim(State from, State to, Optional<String> why) {
        if (state != from) {
            return false;
        }
        sentence = why;
        state = to;
        return true;
    }

    /** Ends it once, whoever comes first. Those who wait are told first, whatever becomes of those who look on. */
    private void end(State from, State ended, Optional<String> why, Runnable complete) {
        if (claim(from, ended, why)) {
            work.set(Optional.empty());
            complete.run();
            tell();
        }
    }

    private void tell() {
        listeners.forEach(listener -> Guarded.run(() -> listener.accept(this)));
    }
}
