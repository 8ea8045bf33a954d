package org.refract.engine.tensor;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Threads side by side, each with operations of one thread. An operation on few numbers that is shared out to several threads waits for them
 * about as long as it computes, and far longer where the processor has other work; a network whose examples are small is faster if each
 * operation takes one thread and the examples of a batch are spread over the others.
 */
public final class Lanes implements AutoCloseable {

    /**
     * Positions times squared channels of a layer up to which one thread is enough: a convolution of 3 x 3 then takes about 10 million
     * multiplications, some tenths of a millisecond.
     */
    private static final long SMALL = 1L << 20;
    private static final long IDLE_SECONDS = 10;

    private final Patience forWork = new Patience();
    private final Patience forOthers = new Patience();
    private final ThreadPoolExecutor others = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new WatchedQueue(forWork), Lanes::thread);

    public Lanes() {
        others.allowCoreThreadTimeOut(true);
    }

    /** Work that a thread waits for awake at first. */
    private static final class WatchedQueue extends LinkedBlockingQueue<Runnable> {
        private static final long serialVersionUID = 1L;
        private final transient Patience patience;

        WatchedQueue(Patience patience) {
            this.patience = patience;
        }

        @Override
        public Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
            patience.waitFor(() -> !isEmpty());
            Runnable next = poll();
            return next != null ? next : super.poll(timeout, unit);
        }
    }

    /** Whether a layer of so many positions and channels is small. */
    public static boolean areFor(long positions, long channels) {
        return positions * channels * channels <= SMALL;
    }

    /** How many threads an operation of this thread may use. */
    public static int threads() {
        Engine.getEngine("PyTorch");
        return JniUtils.getNumThreads();
    }

    /** Does some work with operations of so many threads; afterwards this thread's operations have as many as before. */
    public static <T, X extends Exception> T withThreads(int threads, DeviceExecutor.Task<T, X> work) throws X {
        int before = threads();
        if (before == threads) {
            return work.call();
        }
        JniUtils.setNumThreads(threads);
        try {
            return work.call();
        } finally {
            JniUtils.setNumThreads(before);
        }
    }

    /**
     * Does several pieces of work side by side, the first on this thread, and waits for all of them.
     *
     * @return their results in order
     */
    public <T> List<T> map(int pieces, IntFunction<T> work) {
        makeRoom(pieces - 1);
        List<Future<T>> later = new ArrayList<>();
        for (int i = 1; i < pieces; i++) {
            int piece = i;
            later.add(others.submit(() -> work.apply(piece)));
        }
        List<T> results = new ArrayList<>();
        try {
            results.add(work.apply(0));
        } finally {
            later.forEach(this::await);
        }
        for (Future<T> other : later) {
            results.add(resultOf(other));
        }
        return results;
    }

    private synchronized void makeRoom(int threads) {
        if (others.getCorePoolSize() < threads) {
            others.setMaximumPoolSize(threads);
            others.setCorePoolSize(threads);
        }
    }

    private void await(Future<?> other) {
        forOthers.waitFor(other::isDone);
        boolean interrupted = false;
        while (!other.isDone()) {
            try {
                other.get();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T resultOf(Future<T> done) {
        return switch (done.state()) {
            case SUCCESS -> done.resultNow();
            default -> throw done.exceptionNow() instanceof RuntimeException wrong ? wrong : new IllegalStateException(done.exceptionNow());
        };
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(() -> withThreads(1, () -> {
            work.run();
            return work;
        }), "refract lane");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        others.shutdown();
    }
}
