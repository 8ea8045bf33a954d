package org.refract.engine.tensor;

import ai.djl.pytorch.jni.JniUtils;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;

/**
 * The one thread of a device: every tensor of the device is made, used and closed on it, so faces never wait for tensor work and two jobs
 * never share a device's memory at the same moment.
 *
 * <p>On this thread autograd is off and TorchScript's profiling executor is off, so the third call of a kernel computes what the first did.
 * The number of threads that one operation may use is the system property {@value #THREADS}, by default all cores.
 */
public final class DeviceExecutor implements AutoCloseable {

    /** System property: threads per operation on the CPU. */
    public static final String THREADS = "refract.threads";

    private final String device;
    private volatile ExecutorService executor;
    private volatile Thread thread;
    private volatile Optional<RefractException> failure = Optional.empty();

    /** @param device the name the thread gets, {@code cpu} or {@code cuda:0} */
    public DeviceExecutor(String device) {
        this.device = device;
        this.executor = started();
    }

    private ExecutorService started() {
        ExecutorService fresh = Executors.newSingleThreadExecutor(this::thread);
        fresh.execute(this::prepare);
        return fresh;
    }

    /** The number of threads that a person wants on the CPU: {@value #THREADS}, else the processors that a container's quota leaves. */
    public static int wantedThreads() {
        return Integer.getInteger(THREADS, Runtime.getRuntime().availableProcessors());
    }

    /** The device's name. */
    public String device() {
        return device;
    }

    /** Whether the calling thread is the device's. */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** Runs a task after those that were submitted before it; at once if called on the device's own thread. */
    public <T> CompletableFuture<T> submit(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable work =
                () -> {
                    try {
                        if (failure.isPresent()) {
                            throw failure.get();
                        }
                        result.complete(task.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                };
        if (isCurrent()) {
            work.run();
        } else {
            try {
                execute(work);
            } catch (RejectedExecutionException closed) {
                result.completeExceptionally(new CancelledException("Refract is closing."));
            }
        }
        return result;
    }

    private synchronized void execute(Runnable work) {
        executor.execute(work);
    }

    /**
     * Runs a task on the device's thread and waits for it.
     *
     * @throws X what the task threw, the same object
     * @throws InterruptedException if the waiting thread was interrupted; the task goes on
     */
    public <T, X extends Exception> T call(Task<T, X> task) throws X, InterruptedException {
        if (isCurrent()) {
            return task.call();
        }
        try {
            return submit(task::call).get();
        } catch (ExecutionException e) {
            throw DeviceExecutor.<RuntimeException>unchanged(e.getCause());
        }
    }

    /** Work with a result that may throw one kind of checked exception. */
    @FunctionalInterface
    public interface Task<T, X extends Exception> {
        /** Does the work. */
        T call() throws X;
    }

    /**
     * Gives the device another thread, which does what waits; the old one is interrupted and left with its tensors until it comes back by itself.
     * For a thread that is stuck in code that nobody can end.
     */
    public synchronized void leaveThread() {
        ExecutorService stuck = executor;
        executor = started();
        stuck.shutdownNow().forEach(executor::execute);
    }

    /** Ends the thread after the tasks that were submitted. */
    @Override
    public synchronized void close() {
        executor.shutdown();
    }

    private Thread thread(Runnable loop) {
        Thread started = new Thread(loop, "refract " + device);
        started.setDaemon(true);
        thread = started;
        return started;
    }

    /** Loads PyTorch and sets what it keeps per thread. */
    private void prepare() {
        try {
            LibTorch.load();
            JniUtils.setGradMode(false);
            JniUtils.setGraphExecutorOptimize(false);
            JniUtils.setNumThreads(wantedThreads());
        } catch (RefractException e) {
            failure = Optional.of(e);
        } catch (Throwable e) {
            failure = Optional.of(RefractException.failure(e, "PyTorch cannot be started: %s; install Refract again.", e));
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E unchanged(Throwable e) throws E {
        throw (E) (e instanceof CompletionException wrapped && wrapped.getCause() != null ? wrapped.getCause() : e);
    }
}
