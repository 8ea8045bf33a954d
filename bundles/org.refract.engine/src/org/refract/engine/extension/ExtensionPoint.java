package org.refract.engine.extension;

import java.lang.reflect.InvocationTargetException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/** The services of one extension point, by id. */
final class ExtensionPoint<T> implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 5;
    private static final String GONE = "The extension %s, which brings the %s '%s', was removed.";

    private final Class<T> type;
    private final Runnable changed;
    private final Map<String, Entry<T>> entries = new TreeMap<>();
    private final Map<Object, Refusal> refused = new LinkedHashMap<>();
    private final Thread opener = Thread.currentThread();
    private final CountDownLatch open = new CountDownLatch(1);
    private volatile Optional<ServiceTracker<T, Object>> tracker = Optional.empty();

    private record Entry<T>(Lease<T> lease, String bundle) {
    }

    ExtensionPoint(Class<T> type, Runnable changed) {
        this.type = type;
        this.changed = changed;
    }

    /** Takes the given services in and follows the framework's from now on. */
    void open(Optional<BundleContext> context, List<T> fixed) {
        try {
            context.ifPresent(this::track);
            fixed.forEach(service -> add(service, service.getClass().getSimpleName()));
        } finally {
            open.countDown();
        }
    }

    /** Waits until another thread has opened this point; not for ever, since that thread may wait for this one to make a service. */
    void awaitOpen() {
        try {
            if (Thread.currentThread() != opener) {
                open.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void track(BundleContext context) {
        ServiceTracker<T, Object> opened =
                new ServiceTracker<>(context, type, null) {
                    @Override
                    public Object addingService(ServiceReference<T> reference) {
                        return appear(context, reference);
                    }

                    @Override
                    public void removedService(ServiceReference<T> reference, Object known) {
                        vanish(known, reference);
                        context.ungetService(reference);
                    }
                };
        tracker = Optional.of(opened);
        opened.open();
    }

    private Object appear(BundleContext context, ServiceReference<T> reference) {
        String bundle = nameOf(reference.getBundle());
        T service = null;
        String reason = "";
        try {
            service = context.getService(reference);
        } catch (RuntimeException | LinkageError e) {
            reason = ": " + e;
        }
        if (service == null) {
            refuse(reference, bundle, "Its %s could not be made%s.".formatted(Extensions.name(type), reason));
            return reference;
        }
        add(service, bundle);
        return service;
    }

    private synchronized void refuse(Object key, String name, String reason) {
        refused.put(key, new Refusal(name, reason));
    }

    /** Takes a service in, or refuses it. */
    void add(T service, String bundle) {
        try {
            String id = id(service);
            synchronized (this) {
                Entry<T> other = entries.get(id);
                if (other == null) {
                    entries.put(id, new Entry<>(new Lease<>(id, service), bundle));
                } else {
                    refuse(service, bundle, "Its %s '%s' is refused because %s already brings one of that name."
                            .formatted(Extensions.name(type), id, other.bundle));
                }
            }
        } catch (InvocationTargetException e) {
            refuse(service, bundle, "Its %s failed when asked for its id: %s.".formatted(Extensions.name(type), e.getCause()));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            refuse(service, bundle, "Its %s has no usable id: %s.".formatted(Extensions.name(type), e));
        }
        announce();
    }

    /** What is there when the point opens is no change. */
    private void announce() {
        if (open.getCount() == 0) {
            changed.run();
        }
    }

    private void vanish(Object known, ServiceReference<T> reference) {
        synchronized (this) {
            refused.remove(known);
            refused.remove(reference);
            entries.values().removeIf(entry -> {
                boolean gone = entry.lease.isValid() && entry.lease.get() == known;
                if (gone) {
                    entry.lease.end(GONE.formatted(entry.bundle, Extensions.name(type), entry.lease.id()));
                }
                return gone;
            });
        }
        announce();
    }

    synchronized Optional<Lease<T>> lease(String id) {
        return Optional.ofNullable(entries.get(id)).map(Entry::lease);
    }

    synchronized Collection<String> ids() {
        return List.copyOf(entries.keySet());
    }

    synchronized List<T> services() {
        return entries.values().stream().map(e -> e.lease.get()).toList();
    }

    synchronized Optional<String> bundle(String id) {
        return Optional.ofNullable(entries.get(id)).map(Entry::bundle);
    }

    synchronized List<Refusal> refusals() {
        return List.copyOf(refused.values());
    }

    @Override
    public void close() {
        tracker.ifPresent(ServiceTracker::close);
    }

    private String id(T service) throws ReflectiveOperationException {
        Object id = type.getMethod("id").invoke(service);
        if (!(id instanceof String text) || text.isBlank()) {
            throw new ReflectiveOperationException("it is empty");
        }
        return text;
    }

    static String nameOf(Bundle bundle) {
        return bundle == null ? "a vanished bundle" : bundle.getSymbolicName() == null ? bundle.getLocation() : bundle.getSymbolicName();
    }
}
