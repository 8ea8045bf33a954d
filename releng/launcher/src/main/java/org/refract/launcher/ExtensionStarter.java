package org.refract.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Installs, starts and removes extensions, each on a thread of its own and for a limited time: one that never comes back is named and left behind, and
 * Refract goes on. Why a jar is not in use is told to whoever asks for the service {@code Map<String, String>} with the property
 * {@code refract.extension.failures=true}: a bundle's location and a sentence.
 */
final class ExtensionStarter implements SynchronousBundleListener {

    /** What the launcher installs itself is used where it lies; everything else is an extension. */
    static final String SHIPPED = "reference:";
    /** Seconds for a start; a stop has half of them. */
    private static final String LIMIT = "refract.extension.seconds";
    private static final int USUAL_LIMIT = 10;

    private final BundleContext context;
    private final Duration startLimit = Duration.ofSeconds(Integer.getInteger(LIMIT, USUAL_LIMIT));
    private final Duration stopLimit = startLimit.dividedBy(2);
    private final Map<String, String> failures = new ConcurrentHashMap<>();
    /** Installed and not started yet; one that needs another bundle stays until that has come. */
    private final Set<Bundle> waiting = ConcurrentHashMap.newKeySet();
    private final Set<Bundle> starting = ConcurrentHashMap.newKeySet();
    private final Map<Bundle, CountDownLatch> stopping = new ConcurrentHashMap<>();
    private boolean guarded;

    ExtensionStarter(BundleContext context) {
        this.context = context;
        context.registerService(Map.class, failures, new Hashtable<>(Map.of("refract.extension.failures", true)));
        context.addBundleListener(this);
    }

    /** Whether a bundle is none of Refract's own. */
    static boolean isExtension(Bundle bundle) {
        return bundle.getBundleId() != 0 && !bundle.getLocation().startsWith(SHIPPED);
    }

    /** What people call an extension: its name, version and file. */
    static String named(Bundle bundle) {
        String location = bundle.getLocation();
        return bundle.getSymbolicName() + " " + bundle.getVersion() + " (" + location.substring(location.lastIndexOf('/') + 1) + ")";
    }

    /** Installs a jar; one that is no bundle is among the failures. */
    Optional<Bundle> install(Path jar) {
        String location = location(jar);
        Optional<String> flaw = JarFlaw.of(jar);
        if (flaw.isPresent()) {
            failures.put(location, flaw.get());
            return Optional.empty();
        }
        try {
            guardOnce();
            Bundle bundle = context.installBundle(location);
            failures.remove(location);
            if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
                waiting.add(bundle);
            }
            return Optional.of(bundle);
        } catch (BundleException e) {
            failures.put(location, e.getType() == BundleException.DUPLICATE_BUNDLE_ERROR
                    ? "It is the same bundle in the same version as another jar; delete one of them."
                    : "It cannot be installed: " + reason(e) + ".");
            return Optional.empty();
        }
    }

    /** The guard around extensions' classes is asked about every class that is loaded, so it comes with the first extension. */
    private void guardOnce() {
        if (!guarded) {
            guarded = true;
            context.registerService(WeavingHook.class, new ExitWeaver(), null);
        }
    }

    /** Starts what waits. */
    void startWaiting() {
        waiting.forEach(this::start);
    }

    /** Stops and forgets what a jar brought, and lets go of its classes. */
    void remove(Path jar, Optional<Bundle> brought) {
        failures.remove(location(jar));
        brought.ifPresent(bundle -> {
            waiting.remove(bundle);
            limited("removal of " + bundle.getSymbolicName(), startLimit, () -> uninstall(bundle));
        });
    }

    /** A jar or folder that cannot be used. */
    void failed(Path path, String sentence) {
        failures.put(location(path), sentence);
    }

    /** Whether some extension has not come back from its start or its stop. */
    boolean isAnyStuck() {
        return !starting.isEmpty() || !stopping.isEmpty();
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        Bundle bundle = event.getBundle();
        if (event.getType() == BundleEvent.STOPPING && isExtension(bundle)) {
            watchTheStop(bundle, Thread.currentThread());
        } else if (event.getType() == BundleEvent.STOPPED) {
            Optional.ofNullable(stopping.remove(bundle)).ifPresent(CountDownLatch::countDown);
        }
    }

    private void start(Bundle bundle) {
        starting.add(bundle);
        boolean done = limited("start of " + bundle.getSymbolicName(), startLimit, () -> {
            startNow(bundle);
            starting.remove(bundle);
        });
        if (!done) {
            waiting.remove(bundle);
            failures.put(bundle.getLocation(), "It did not come back from its start within " + startLimit.toSeconds() + " seconds.");
            Said.say("the extension " + named(bundle) + " did not come back from its start within " + startLimit.toSeconds()
                    + " seconds and is left out; --safe starts without extensions.");
        }
    }

    private void startNow(Bundle bundle) {
        try {
            bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
            waiting.remove(bundle);
        } catch (BundleException e) {
            if (e.getType() != BundleException.RESOLVE_ERROR) {
                notStarted(bundle, reason(e));
            }
        } catch (IllegalStateException removedMeanwhile) {
            waiting.remove(bundle);
        } catch (Throwable e) {
            notStarted(bundle, e.toString());
        }
    }

    private void notStarted(Bundle bundle, String reason) {
        waiting.remove(bundle);
        failures.putIfAbsent(bundle.getLocation(), "It failed when it was started: " + reason + ".");
    }

    private void uninstall(Bundle bundle) {
        try {
            bundle.uninstall();
            context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle));
        } catch (BundleException | IllegalStateException e) {
            Said.say("the extension " + named(bundle) + " cannot be removed: " + e.getMessage());
        }
    }

    /** A stop that sleeps is interrupted after a while; one that spins is named and left. */
    private void watchTheStop(Bundle bundle, Thread stopper) {
        CountDownLatch stopped = new CountDownLatch(1);
        stopping.put(bundle, stopped);
        Thread.ofPlatform().daemon().name("refract stop of " + bundle.getSymbolicName()).start(() -> {
            if (!isDone(stopped, stopLimit)) {
                Said.say("the extension " + named(bundle) + " did not come back from its stop within " + stopLimit.toMillis() / 1000.0
                        + " seconds.");
                stopper.interrupt();
            }
        });
    }

    /** Runs something on a thread of its own; after the limit it is interrupted and left. */
    private static boolean limited(String what, Duration limit, Runnable work) {
        CountDownLatch done = new CountDownLatch(1);
        Thread thread = Thread.ofPlatform().daemon().name("refract " + what).start(() -> {
            work.run();
            done.countDown();
        });
        boolean inTime = isDone(done, limit);
        if (!inTime) {
            thread.interrupt();
        }
        return inTime;
    }

    private static boolean isDone(CountDownLatch latch, Duration limit) {
        try {
            return latch.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static String reason(BundleException e) {
        Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
        return cause instanceof BundleException ? cause.getMessage() : cause.toString();
    }

    private static String location(Path jar) {
        return jar.toUri().toString();
    }
}
