package org.refract.engine.extension;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.refract.api.job.CancelledException;

/**
 * The services of one extension point, by id. Several may want one id: a part of Refract itself comes before any extension, a higher version before a
 * lower one, the first before the second; the others wait for their turn and are refused meanwhile.
 */
final class ExtensionPoint<T> implements AutoCloseable {

    /** An id is written into files and onto command lines. */
    static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]*");

    private static final int PATIENCE_SECONDS = 120;
    private static final String GONE = "The extension %s, which brings the %s '%s', was removed.";

    private final Class<T> type;
    private final Runnable changed;
    private final Map<String, List<Candidate<T>>> candidates = new TreeMap<>();
    private final Map<Object, Refusal> refused = new LinkedHashMap<>();
    private final CountDownLatch open = new CountDownLatch(1);
    /** Threads on which services are being made: one of these may ask this point again, and must not wait for itself. */
    private final Set<Thread> making = ConcurrentHashMap.newKeySet();
    private volatile Optional<ServiceTracker<T, Object>> tracker = Optional.empty();

    private record Candidate<T>(Lease<T> lease, T service, Origin origin) {
    }

    ExtensionPoint(Class<T> type, Runnable changed) {
        this.type = type;
        this.changed = changed;
    }

    /** Takes the given services in and follows the framework's from now on. */
    void open(Optional<BundleContext> context, List<T> fixed) {
        making.add(Thread.currentThread());
        try {
            context.ifPresent(this::track);
            fixed.forEach(service -> add(service, service, Origin.ofType(service.getClass())));
        } finally {
            making.remove(Thread.currentThread());
            open.countDown();
        }
    }

    /** Waits until another thread has opened this point, so that nobody gets a part of what there is. */
    void awaitOpen() {
        try {
            if (!making.contains(Thread.currentThread()) && !open.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The list of %ss is not ready after %d seconds.".formatted(Extensions.name(type), PATIENCE_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("The work was interrupted.");
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
                        vanish(known);
                        context.ungetService(reference);
                    }
                };
        tracker = Optional.of(opened);
        opened.open();
    }

    /** @return what a service is known by until it goes: itself, or its reference if it could not be made */
    private Object appear(BundleContext context, ServiceReference<T> reference) {
        Origin origin = Origin.of(reference.getBundle());
        try {
            T service = asked(origin, () -> context.getService(reference));
            if (service != null) {
                add(service, service, origin);
                return service;
            }
            refuse(reference, origin, "Its %s could not be made%s.", Extensions.name(type), ComponentFailures.why(reference).map(why -> ": " + why).orElse(""));
        } catch (ExecutionException e) {
            refuse(reference, origin, "Its %s could not be made: %s.", Extensions.name(type), ExtensionFailure.said(e.getCause()));
        } catch (TimeoutException e) {
            refuse(reference, origin, "Its %s could not be made: %s.", Extensions.name(type), e.getMessage());
        }
        announce();
        return reference;
    }

    /** Asks an extension on another thread, for a limited time; Refract's own parts at once. */
    private <R> R asked(Origin origin, Callable<R> question) throws ExecutionException, TimeoutException {
        Callable<R> noted = () -> {
            boolean first = making.add(Thread.currentThread());
            try {
                return question.call();
            } finally {
                if (first) {
                    making.remove(Thread.currentThread());
                }
            }
        };
        if (!origin.isShipped()) {
            return TimeLimit.call(origin.bundle(), noted);
        }
        try {
            return noted.call();
        } catch (Exception | LinkageError e) {
            throw new ExecutionException(e);
        }
    }

    private synchronized void refuse(Object key, Origin origin, String reason, Object... values) {
        refused.put(key, new Refusal(origin.toString(), reason.formatted(values)));
    }

    /** Takes a service in, or refuses it. */
    private void add(Object key, T service, Origin origin) {
        String name = Extensions.name(type);
        try {
            String id = asked(origin, () -> id(service));
            if (id == null || !ID.matcher(id).matches()) {
                refuse(key, origin, "The id of its %s is '%s'; an id consists of small letters, digits, '.', '_' and '-'.", name, id);
            } else {
                T guarded = Guard.around(type, service, origin, name + " '" + id + "'");
                synchronized (this) {
                    List<Candidate<T>> all = candidates.computeIfAbsent(id, i -> new ArrayList<>());
                    all.add(new Candidate<>(new Lease<>(id, guarded), service, origin));
                    all.sort(Comparator.comparing((Candidate<T> c) -> !c.origin.isShipped()).thenComparing(c -> c.origin.version(), Comparator.reverseOrder()));
                }
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof InvocationTargetException thrown ? thrown.getCause() : e.getCause();
            refuse(key, origin, "Its %s failed when it was asked for its id: %s.", name, ExtensionFailure.said(cause));
        } catch (TimeoutException e) {
            refuse(key, origin, "Its %s failed when it was asked for its id: %s.", name, e.getMessage());
        }
        announce();
    }

    /** What is there when the point opens is no change. */
    private void announce() {
        if (open.getCount() == 0) {
            changed.run();
        }
    }

    private void vanish(Object known) {
        synchronized (this) {
            refused.remove(known);
            candidates.values().forEach(all -> all.removeIf(candidate -> {
                boolean gone = candidate.service == known;
                if (gone) {
                    candidate.lease.end(GONE.formatted(candidate.origin.bundle(), Extensions.name(type), candidate.lease.id()));
                }
                return gone;
            }));
            candidates.values().removeIf(List::isEmpty);
        }
        announce();
    }

    private Optional<Candidate<T>> holder(String id) {
        return Optional.ofNullable(candidates.get(id)).map(List::getFirst);
    }

    synchronized Optional<Lease<T>> lease(String id) {
        return holder(id).map(Candidate::lease);
    }

    synchronized Collection<String> ids() {
        return List.copyOf(candidates.keySet());
    }

    synchronized List<Lease<T>> leases() {
        return candidates.values().stream().map(all -> all.getFirst().lease).toList();
    }

    synchronized Optional<Origin> origin(String id) {
        return holder(id).map(Candidate::origin);
    }

    synchronized List<Refusal> refusals() {
        List<Refusal> refusals = new ArrayList<>(refused.values());
        candidates.forEach((id, all) -> all.stream().skip(1).forEach(other -> refusals.add(new Refusal(other.origin.toString(), waiting(id, other.origin, all.getFirst().origin)))));
        return refusals;
    }

    private String waiting(String id, Origin waiting, Origin holder) {
        String name = Extensions.name(type);
        if (holder.isShipped()) {
            return "Its %s '%s' is refused because Refract itself brings one of that name (%s); it needs another id.".formatted(name, id, holder);
        }
        return holder.version().compareTo(waiting.version()) > 0
                ? "Its %s '%s' is not used because %s is newer.".formatted(name, id, holder)
                : "Its %s '%s' is refused because %s already brings one of that name.".formatted(name, id, holder);
    }

    @Override
    public void close() {
        tracker.ifPresent(ServiceTracker::close);
    }

    private String id(T service) throws ReflectiveOperationException {
        return (String) type.getMethod("id").invoke(service);
    }
}
