package org.refract.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** The running OSGi framework with bundles, used where they lie, and the watcher of the folders for extensions. */
public final class Container implements AutoCloseable {

    private final Framework framework;
    private final List<String> failures = new ArrayList<>();

    private Container(Framework framework) {
        this.framework = framework;
    }

    /**
     * Starts the framework and then the bundles, in their order. One that cannot start is among the {@link #failures()}; the others go on.
     *
     * @param bundles jars and folders
     * @param extensions folders to watch; those that can be neither read nor made are left out
     * @param cache the framework's own folder
     * @param more further properties of the framework
     * @throws BundleException if the framework itself cannot start, or a bundle is none
     */
    public static Container start(List<Path> bundles, List<Path> extensions, Path cache, Map<String, String> more) throws BundleException {
        Map<String, String> configuration = configuration(extensions, cache);
        configuration.putAll(more);
        Framework framework = new FrameworkFactory().newFramework(configuration);
        framework.start();
        Container container = new Container(framework);
        container.startAll(bundles);
        return container;
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
        try {
            framework.stop();
            framework.waitForStop(TimeUnit.SECONDS.toMillis(10));
        } catch (BundleException e) {
            System.err.println("refract: the framework did not stop: " + e.getMessage());
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
            failures.add(bundle.getSymbolicName() + " cannot start: " + reason);
        }
    }

    private static Map<String, String> configuration(List<Path> extensions, Path cache) {
        Map<String, String> configuration = new HashMap<>();
        configuration.put(Constants.FRAMEWORK_STORAGE, cache.toString());
        configuration.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        // A bundle that fails to start is refused with a sentence (refract extensions); Felix would print its stack trace, or not, as threads fall.
        configuration.put("felix.log.level", "0");
        configuration.put("felix.fileinstall.dir", watched(extensions, cache));
        configuration.put("felix.fileinstall.tmpdir", cache.resolve("extensions").toString());
        configuration.put("felix.fileinstall.poll", "500");
        configuration.put("felix.fileinstall.noInitialDelay", "true");
        configuration.put("felix.fileinstall.start.level", "1");
        configuration.put("felix.fileinstall.enableConfigSave", "false");
        configuration.put("felix.fileinstall.log.level", "0");
        // a refresh of what an extension imports would reload DJL, and libtorch cannot be loaded twice
        configuration.put("felix.fileinstall.optionalImportRefreshScope", "none");
        configuration.put("felix.fileinstall.fragmentRefreshScope", "none");
        return configuration;
    }

    /** Without any folder the watcher gets an empty one; left alone, it would watch the working folder. */
    private static String watched(List<Path> extensions, Path cache) {
        List<Path> folders = extensions.stream().map(Path::toAbsolutePath).filter(Container::exists).toList();
        return (folders.isEmpty() ? List.of(cache.resolve("none")) : folders).stream().map(Path::toString).collect(Collectors.joining(","));
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
