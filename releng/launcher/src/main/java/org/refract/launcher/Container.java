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
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** The running OSGi framework with the product's bundles, used where they lie, and the watcher of the extension folders. */
final class Container implements AutoCloseable {

    /** Environment variable: folders to watch for extensions instead of the usual ones, separated like a path. */
    private static final String EXTENSIONS = "REFRACT_EXTENSIONS";

    private final Framework framework;
    private final Installation installation;
    private boolean complete = true;

    private Container(Framework framework, Installation installation) {
        this.framework = framework;
        this.installation = installation;
    }

    static Container start(Installation installation, UserFolders folders, Path cache) throws BundleException, IOException {
        folders.publish();
        List<Path> bundles = installation.bundlesInStartOrder();
        Framework framework = new FrameworkFactory().newFramework(configuration(installation, folders, cache));
        framework.start();
        Container container = new Container(framework, installation);
        container.startAll(bundles);
        return container;
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    Installation installation() {
        return installation;
    }

    /** Whether every bundle of the product could be started. */
    boolean isComplete() {
        return complete;
    }

    @Override
    public void close() {
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

    /** A bundle that cannot start is named; the others go on. */
    private void start(Bundle bundle) {
        try {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
        } catch (BundleException e) {
            complete = false;
            String reason = Optional.ofNullable(e.getCause()).map(Throwable::toString).orElse(e.getMessage());
            System.err.println("refract: " + bundle.getSymbolicName() + " cannot start: " + reason);
        }
    }

    private static Map<String, String> configuration(Installation installation, UserFolders folders, Path cache) {
        Map<String, String> configuration = new HashMap<>();
        configuration.put(Constants.FRAMEWORK_STORAGE, cache.toString());
        configuration.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        configuration.put("felix.log.level", "1");
        configuration.put("felix.fileinstall.dir", extensionFolders(installation, folders));
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

    private static String extensionFolders(Installation installation, UserFolders folders) {
        Stream<Path> watched = Optional.ofNullable(System.getenv(EXTENSIONS))
                .map(value -> Stream.of(value.split(java.io.File.pathSeparator)).filter(folder -> !folder.isBlank()).map(Path::of))
                .orElseGet(() -> Stream.of(installation.extensions(), folders.data().resolve("extensions")));
        return watched.map(Path::toAbsolutePath).filter(Container::exists).map(Path::toString).collect(Collectors.joining(","));
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
