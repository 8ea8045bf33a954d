package org.refract.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.JUnitException;
import org.opentest4j.AssertionFailedError;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/**
 * Felix with the product's bundles and the test bundles. JUnit comes from the class path and is exported by the system bundle, so that
 * tests and runner share it. A bundle that cannot start is an error that names it.
 */
final class TestContainer implements AutoCloseable {

    /** A test bundle's manifest says {@code Test-Bundle: true}. */
    private static final String TEST_BUNDLE = "Test-Bundle";

    private final Framework framework;
    private final Path testFolder;
    private final List<TestBundle> testBundles;

    private TestContainer(Framework framework, Path testFolder, List<TestBundle> testBundles) {
        this.framework = framework;
        this.testFolder = testFolder;
        this.testBundles = testBundles;
    }

    static TestContainer start() {
        Path product = folder("refract.product");
        Path tests = folder("refract.test.bundles");
        try {
            Framework framework = new FrameworkFactory().newFramework(configuration());
            framework.start();
            List<Bundle> bundles = new ArrayList<>();
            for (Path file : Stream.concat(bundleFiles(product.resolve("bundles")), bundleFiles(tests)).toList()) {
                bundles.add(framework.getBundleContext().installBundle("reference:" + file.toUri()));
            }
            for (Bundle bundle : bundles) {
                if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
                    bundle.start(Bundle.START_ACTIVATION_POLICY);
                }
            }
            Predicate<String> selected = Pattern.compile(System.getProperty("refract.tests", "")).asPredicate();
            List<TestBundle> testBundles = bundles.stream().filter(bundle -> bundle.getHeaders().get(TEST_BUNDLE) != null)
                    .map(bundle -> new TestBundle(bundle, loader(bundle, bundles), selected)).toList();
            return new TestContainer(framework, tests, testBundles);
        } catch (BundleException | IOException e) {
            throw new JUnitException("Felix did not start with the bundles of " + product + " and " + tests + ": " + e.getMessage(), e);
        }
    }

    List<TestBundle> testBundles() {
        return testBundles;
    }

    Path testFolder() {
        return testFolder;
    }

    @Override
    public void close() {
        try {
            framework.stop();
            framework.waitForStop(10_000);
        } catch (BundleException e) {
            throw new JUnitException("Felix did not stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path folder(String property) {
        String value = System.getProperty(property);
        if (value == null || !Files.isDirectory(Path.of(value))) {
            throw new JUnitException("The system property " + property + " must name a folder; it is " + value + ".");
        }
        return Path.of(value).toAbsolutePath();
    }

    /** In the order in which the launcher starts them; extensions are not watched in tests. */
    private static Stream<Path> bundleFiles(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().startsWith("org.apache.felix.fileinstall")).sorted()
                    .sorted((a, b) -> Integer.compare(rank(a), rank(b))).toList().stream();
        }
    }

    private static int rank(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith("org.refract.djl") ? 0 : name.startsWith("org.refract.") ? 2 : 1;
    }

    private static Bundle loader(Bundle tests, List<Bundle> bundles) {
        String host = tests.getHeaders().get(Constants.FRAGMENT_HOST);
        if (host == null) {
            return tests;
        }
        if (tests.getState() != Bundle.RESOLVED) {
            throw new JUnitException(tests.getSymbolicName() + " is not attached to its host " + host + ".");
        }
        String name = host.split(";")[0].strip();
        return bundles.stream().filter(bundle -> name.equals(bundle.getSymbolicName())).findFirst()
                .orElseThrow(() -> new JUnitException("There is no bundle " + name + ", the host of " + tests.getSymbolicName() + "."));
    }

    private static Map<String, String> configuration() throws IOException {
        Path cache = Files.createTempDirectory("felix");
        Map<String, String> configuration = new HashMap<>();
        configuration.put(Constants.FRAMEWORK_STORAGE, cache.toString());
        configuration.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, Stream.concat(
                packages(Test.class.getPackage().getImplementationVersion(), "org.junit.jupiter.api", "org.junit.jupiter.api.condition", "org.junit.jupiter.api.extension",
                        "org.junit.jupiter.api.function", "org.junit.jupiter.api.io", "org.junit.jupiter.api.parallel",
                        "org.junit.jupiter.params", "org.junit.jupiter.params.aggregator", "org.junit.jupiter.params.converter",
                        "org.junit.jupiter.params.provider", "org.junit.jupiter.params.support"),
                packages(AssertionFailedError.class.getPackage().getImplementationVersion(), "org.opentest4j")).collect(Collectors.joining(",")));
        return configuration;
    }

    private static Stream<String> packages(String version, String... names) {
        return Arrays.stream(names).map(name -> name + ";version=" + version);
    }
}
