package org.refract.engine.extension;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.refract.api.RefractException;
import org.refract.api.analysis.Analysis;
import org.refract.api.analysis.Attribution;
import org.refract.api.analysis.Labeler;
import org.refract.api.model.ModelBackend;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.Locations;

/**
 * What extends Refract at this moment, by extension point and id. Extensions come and go while Refract runs; whoever uses one holds a
 * {@link Lease}. One that cannot be used is refused with a reason, and the rest goes on.
 */
@Component(service = Extensions.class)
public final class Extensions implements AutoCloseable {

    private static final List<Class<?>> POINTS =
            List.of(ModelBackend.class, SaeVariant.class, CheckpointFormat.class, Analysis.class, Attribution.class, Labeler.class);

    private static final Logger LOG = System.getLogger("refract");

    private final Map<Class<?>, ExtensionPoint<?>> points = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Optional<BundleContext> context;
    private final List<?> fixed;

    /** The extensions of a framework. */
    @Activate
    public Extensions(BundleContext context) {
        this.context = Optional.of(context);
        this.fixed = List.of();
    }

    private Extensions(List<?> fixed) {
        this.context = Optional.empty();
        this.fixed = fixed;
    }

    /** Extensions without a framework: just these objects. */
    public static Extensions of(Object... services) {
        return new Extensions(List.of(services));
    }

    /**
     * The extension with an id, for use by work that ends if it vanishes.
     *
     * @throws RefractException if there is none: the ids that there are
     */
    public <T> Lease<T> lease(Class<T> type, String id) throws RefractException {
        Optional<Lease<T>> lease = point(type).lease(id);
        if (lease.isPresent()) {
            return lease.get();
        }
        TreeSet<String> known = new TreeSet<>(point(type).ids());
        throw RefractException.usage("There is no %s '%s'; there %s.", name(type), id, known.isEmpty()
                ? "is none at all"
                : (known.size() == 1 ? "is " : "are ") + String.join(", ", known));
    }

    /**
     * The extension that made something, for use by work that ends if it vanishes.
     *
     * @param what  what it made, for the sentence
     * @param facts what stands beside it, which names its maker
     * @throws RefractException if there is none: who made it, or else the ids that there are
     */
    public <T> Lease<T> lease(Class<T> type, String id, Object what, Map<String, String> facts) throws RefractException {
        Optional<String> maker = missing(type, id, facts);
        if (maker.isPresent()) {
            throw RefractException.usage("%s is of the %s '%s', made by %s, which is not here: put its jar into %s.", what, name(type), id, maker.get(),
                    new Locations().extensions());
        }
        return lease(type, id);
    }

    /** Who made something, if that is an extension that is not here. */
    public Optional<String> missing(Class<?> type, String id, Map<String, String> facts) {
        return ids(type).contains(id) ? Optional.empty() : Origin.maker(facts);
    }

    /** The extension with an id, if there is one now. */
    public <T> Optional<T> find(Class<T> type, String id) {
        return point(type).lease(id).map(Lease::get);
    }

    /** All extensions of a point now, ordered by id. */
    public <T> List<T> all(Class<T> type) {
        return leases(type).stream().map(Lease::get).toList();
    }

    /** The ids of a point's extensions now, in order. */
    public Collection<String> ids(Class<?> type) {
        return point(type).ids();
    }

    /** All extensions of a point now, ordered by id, for work that ends if the one that it uses vanishes. */
    public <T> List<Lease<T>> leases(Class<T> type) {
        return point(type).leases();
    }

    /**
     * The extensions of a point that say yes to something; Refract's own are asked first, and nobody else once one of them does. One that fails
     * when it is asked is named in the log and passed over.
     */
    public <T, E extends Exception> List<Lease<T>> knowing(Class<T> type, Question<T, E> knows) throws E {
        List<Lease<T>> own = new ArrayList<>();
        List<Lease<T>> others = new ArrayList<>();
        for (Lease<T> lease : leases(type)) {
            (Origin.of(lease.get()).isEmpty() ? own : others).add(lease);
        }
        List<Lease<T>> known = saidYes(own, knows);
        return known.isEmpty() ? saidYes(others, knows) : known;
    }

    /**
     * The one that is used where nobody chose: the first of Refract's own, or else the first.
     */
    public <T> Optional<Lease<T>> usual(Class<T> type) {
        List<Lease<T>> all = leases(type);
        return all.stream().filter(lease -> Origin.of(lease.get()).isEmpty()).findFirst().or(() -> all.stream().findFirst());
    }

    /**
     * A question to an extension.
     *
     * @param <T> the extension point
     * @param <E> what the question may throw
     */
    @FunctionalInterface
    public interface Question<T, E extends Exception> {

        /** Whether it says yes. */
        boolean ask(T extension) throws E;
    }

    private static <T, E extends Exception> List<Lease<T>> saidYes(List<Lease<T>> leases, Question<T, E> knows) throws E {
        List<Lease<T>> known = new ArrayList<>();
        for (Lease<T> lease : leases) {
            if (saysYes(lease.get(), knows)) {
                known.add(lease);
            }
        }
        return known;
    }

    private static <T, E extends Exception> boolean saysYes(T extension, Question<T, E> knows) throws E {
        try {
            return knows.ask(extension);
        } catch (ExtensionFailure e) {
            LOG.log(Level.WARNING, e.getMessage());
            return false;
        }
    }

    /** Who brings an extension, if it is there. */
    public Optional<Origin> origin(Class<?> type, String id) {
        return point(type).origin(id);
    }

    /** All that is plugged in, by kind and id: what extension points hold, commands, views, and bundles that only run code of their own. */
    public List<Plugged> plugged() {
        List<Plugged> plugged = new ArrayList<>();
        for (Class<?> type : POINTS) {
            ids(type).forEach(id -> origin(type, id).ifPresent(origin -> plugged.add(new Plugged(name(type), id, origin))));
        }
        context.ifPresent(c -> {
            List<Plugged> others = new ArrayList<>();
            for (Bundle bundle : c.getBundles()) {
                Optional.ofNullable(bundle.getRegisteredServices()).stream().flatMap(Arrays::stream).map(Plugged::unmade).flatMap(Optional::stream).forEach(others::add);
                Plugged.nothing(bundle).ifPresent(others::add);
            }
            others.stream().sorted(Comparator.comparing(Plugged::kind, Comparator.comparing(Plugged.NOTHING::equals)).thenComparing(Plugged::kind)
                    .thenComparing(Plugged::id)).forEach(plugged::add);
        });
        return plugged;
    }

    /** What is not used and why: bundles that could not be started, and services that failed, ordered by name. */
    public List<Refusal> refusals() {
        List<Refusal> refusals = new ArrayList<>();
        context.ifPresent(c -> {
            refusals.addAll(BundleRefusals.of(c));
        });
        POINTS.forEach(this::point);
        points.values().forEach(p -> refusals.addAll(p.refusals()));
        return refusals.stream().distinct().sorted(Comparator.comparing(Refusal::name)).toList();
    }

    /** The extension points of the API that have an id. */
    public static List<Class<?>> points() {
        return POINTS;
    }

    /** What a person calls an extension point: {@code SAE variant} for {@link SaeVariant}. */
    public static String name(Class<?> type) {
        String words = type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
        return words.replace("sae ", "SAE ");
    }

    /** Calls {@code listener} after extensions came or went, on any thread, until the result is closed. */
    public AutoCloseable onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    @Deactivate
    public void close() {
        points.values().forEach(ExtensionPoint::close);
        points.clear();
    }

    /** The point of a type, followed from its first use on; making a service may itself ask for extensions, so no lock is held meanwhile. */
    @SuppressWarnings("unchecked")
    private <T> ExtensionPoint<T> point(Class<T> type) {
        ExtensionPoint<T> fresh = new ExtensionPoint<>(type, () -> listeners.forEach(Runnable::run));
        ExtensionPoint<T> known = (ExtensionPoint<T>) points.putIfAbsent(type, fresh);
        if (known != null) {
            known.awaitOpen();
            return known;
        }
        fresh.open(context, fixed.stream().filter(type::isInstance).<T>map(type::cast).toList());
        return fresh;
    }
}
