package org.refract.engine.extension;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.refract.api.job.CancelledException;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

/**
 * A service that is in use and may vanish. When its bundle goes, the lease becomes invalid: work that holds it ends at its next checkpoint
 * with a sentence that names the bundle.
 *
 * @param <T> the extension point
 */
public final class Lease<T> {

    private final String id;
    private final AtomicReference<Optional<T>> service;
    private final AtomicReference<String> end = new AtomicReference<>();

    Lease(String id, T service) {
        this.id = id;
        this.service = new AtomicReference<>(Optional.of(service));
    }

    /** The service's id. */
    public String id() {
        return id;
    }

    /**
     * The service.
     *
     * @throws CancelledException if it has vanished
     */
    public T get() {
        Optional<T> present = service.get();
        check();
        return present.orElseThrow();
    }

    /** Whether the service is still there. */
    public boolean isValid() {
        return end.get() == null;
    }

    /** The sentence that says why the lease ended, if it did. */
    public Optional<String> end() {
        return Optional.ofNullable(end.get());
    }

    /**
     * Returns at once unless the service has vanished.
     *
     * @throws CancelledException with the sentence that names the bundle
     */
    public void check() {
        String sentence = end.get();
        if (sentence != null) {
            throw new CancelledException(sentence);
        }
    }

    /** A monitor whose checkpoint also checks this lease. */
    public Monitor guard(Monitor monitor) {
        return new ForwardingMonitor(monitor) {
            @Override
            public void checkpoint() {
                check();
                super.checkpoint();
            }
        };
    }

    /** A monitor whose checkpoint also checks several leases. */
    public static Monitor guard(List<? extends Lease<?>> leases, Monitor monitor) {
        Monitor guarded = monitor;
        for (Lease<?> lease : leases) {
            guarded = lease.guard(guarded);
        }
        return guarded;
    }

    void end(String sentence) {
        end.compareAndSet(null, sentence);
        service.set(Optional.empty());
    }
}
