package org.refract.engine.job;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.refract.api.RefractException;
import org.refract.engine.tensor.DeviceExecutor;
import org.refract.engine.tensor.Devices;

/**
 * All long work of this process: jobs of one device run one after another in the order of their submission, on the device's thread; jobs
 * without a device run at once, beside them.
 */
@Component(service = JobQueue.class)
public final class JobQueue implements AutoCloseable {

    private static final int REMEMBERED = 200;

    private final Devices devices;
    private final AtomicLong numbers = new AtomicLong();
    private final Deque<JobHandle<?>> jobs = new ArrayDeque<>();
    private final List<Consumer<JobHandle<?>>> listeners = new CopyOnWriteArrayList<>();

    /** A queue onto these devices. */
    @Activate
    public JobQueue(@Reference Devices devices) {
        this.devices = devices;
    }

    /**
     * Takes a job.
     *
     * @throws RefractException if this machine has not the job's device
     */
    public <T> JobHandle<T> submit(Job<T> job) throws RefractException {
        Optional<DeviceExecutor> executor = job.placement().isPresent() ? Optional.of(devices.executor(job.placement().get())) : Optional.empty();
        Consumer<Thread> leave = executor.<Consumer<Thread>>map(device -> stuck -> device.leaveThread()).orElse(Thread::interrupt);
        JobHandle<T> handle = new JobHandle<>(numbers.incrementAndGet(), job, leave);
        handle.onChange(this::tell);
        if (executor.isPresent()) {
            remember(handle);
            executor.get().submit(() -> {
                handle.run();
                return handle;
            }).whenComplete((done, failure) -> {
                if (failure != null) {
                    handle.fail(failure);
                }
            });
        } else {
            remember(handle);
            try {
                Thread.ofPlatform().daemon().name("refract job " + handle.number()).start(handle::run);
            } catch (OutOfMemoryError noMoreThreads) {
                handle.fail(noMoreThreads);
            }
        }
        return handle;
    }

    /** The jobs that are queued or running, and the last ones that ended, in the order of submission. */
    public List<JobHandle<?>> jobs() {
        synchronized (jobs) {
            return List.copyOf(jobs);
        }
    }

    /** Tells {@code listener} of every job's changes, on the jobs' threads, until the result is closed. */
    public AutoCloseable onChange(Consumer<JobHandle<?>> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Asks all jobs to stop. */
    @Override
    @Deactivate
    public void close() {
        jobs().forEach(job -> job.cancel("Refract is closing."));
    }

    private void remember(JobHandle<?> handle) {
        synchronized (jobs) {
            jobs.add(handle);
            for (var oldest = jobs.iterator(); jobs.size() > REMEMBERED && oldest.hasNext(); ) {
                if (oldest.next().state().isFinal()) {
                    oldest.remove();
                }
            }
        }
        tell(handle);
    }

    private void tell(JobHandle<?> handle) {
        listeners.forEach(listener -> Guarded.run(() -> listener.accept(handle)));
    }
}
