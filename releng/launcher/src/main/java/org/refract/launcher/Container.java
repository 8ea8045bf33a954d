package org.refract.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.refract.launcher.guard.Exit;

/** The running OSGi framework with bundles, used where they lie, and the folders for extensions that it watches. */
public final class Container implements AutoCloseable {

    private static final String PACKAGES = Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration PATIENCE_WITH_STUCK_ONES = Duration.ofSeconds(1);

    private final Framework framework;
    private final ExtensionStarter extensions;
    private final List<String> failures = new ArrayList<>();

    private Container(Framework framework) {
        this.framework = framework;
        this.extensions = new ExtensionStarter(framework.getBundleContext());
    }

    /**
     * Starts the framework and then the bundles, in their order. One that cannot start is among the {@link #failures()}; the others go on.
     *
     * @param bundles jars and folders
     * @param cache the framework's own folder
     * @param more further properties of the framework
     * @throws BundleException if the framework itself cannot start, or a bundle is none
     */
    public static Container start(List<Path> bundles, Path cache, Map<String, String> more) throws BundleException {
        Map<String, String> configuration = configuration(cache);
        more.forEach((name, value) -> configuration.merge(name, value, (own, other) -> name.equals(PACKAGES) ? own + "," + other : other));
        Framework framework = new FrameworkFactory().newFramework(configuration);
        framework.start();
        Container container = new Container(framework);
        container.startAll(bundles);
        return container;
    }

    /** Starts what lies in these folders for extensions and watches them from now on; a folder that can be neither read nor made is left out. */
    public void watch(List<Path> folders) {
        List<Path> there = folders.stream().map(Path::toAbsolutePath).filter(Container::exists).toList();
        if (!there.isEmpty()) {
            new ExtensionFolders(there, extensions).open();
        }
    }

    /** The framework's own context. */
    public BundleContext context() {
        return framework.getBundleContext();
    }

    /** One sentence for each bundle that could not be started. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** Stops the framework and waits for it; who comes second waits for the first. */
    @Override
    public synchronized void close() {
        if (framework.getState() != Bundle.ACTIVE) {
            return;
        }
        try {
            boolean stuck = extensions.isAnyStuck();
            framework.stop();
            framework.waitForStop((stuck ? PATIENCE_WITH_STUCK_ONES : PATIENCE).toMillis());
        } catch (BundleException e) {
            Said.say("the framework did not stop: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void startAll(List<Path> files) throws BundleException {
        List<Bundle> bundles = new ArrayList<>();
        for (Path file : files) {
            bundles.add(context().installBundle("reference:" + file.toUri()));
        }
        for (Bundle bundle : bundles) {
            if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
                start(bundle);
            }
        }
    }

    private void start(Bundle bundle) {
        try {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
        } catch (BundleException e) {
            String reason = Optional.ofNullable(e.getCause()).map(Throwable::toString).orElse(e.getMessage());
            LogFile.FAILURES.log(Level.SEVERE, bundle.getSymbolicName() + " cannot start", e);
            failures.add(bundle.getSymbolicName() + " cannot start: " + reason);
        }
    }

    private static Map<String, String> configuration(Path cache) {
        Map<String, String> configuration = new HashMap<>();
        configuration.put(Constants.FRAMEWORK_STORAGE, cache.toString());
        configuration.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        // A bundle that fails to start is refused with a sentence (refract extensions); Felix would print its stack trace, or not, as threads fall.
        configuration.put("felix.log.level", "0");
        // a component that cannot be made is refused with its reason; its stack trace is nothing for the screen
        configuration.put("ds.log.enabled", "false");
        configuration.put(PACKAGES, Exit.class.getPackageName());
        // a product that was unpacked over an older one may still hold Felix File Install, which would watch the working folder
        configuration.put("felix.fileinstall.dir", cache.resolve("none").toString());
        return configuration;
    }

    /** A folder that is not there is made; one that can be neither read nor made is not watched. */
    private static boolean exists(Path folder) {
        try {
            return Files.isDirectory(Files.createDirectories(folder));
        } catch (IOException e) {
            return false;
        }
    }
}
