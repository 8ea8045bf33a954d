package org.refract.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.JUnitException;
import org.opentest4j.AssertionFailedError;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.refract.launcher.Container;
import org.refract.launcher.Installation;

/**
 * The product's container with the test bundles. JUnit comes from the class path and is exported by the system bundle, so that tests and
 * runner share it. A bundle that cannot start is an error that names it.
 */
final class TestContainer implements AutoCloseable {

    /** A test bundle's manifest says {@code Test-Bundle: true}. */
    private static final String TEST_BUNDLE = "Test-Bundle";

    /** A regular expression that class names must match. */
    private static final String SELECTION = System.getProperty("refract.tests", "");

    private final Container container;
    private final Path testFolder;
    private final List<TestBundle> testBundles;

    private TestContainer(Container container, Path testFolder, List<TestBundle> testBundles) {
        this.container = container;
        this.testFolder = testFolder;
        this.testBundles = testBundles;
    }

    static TestContainer start() {
        Path product = folder("refract.product");
        Path tests = folder("refract.test.bundles");
        try {
            List<Path> files = new ArrayList<>(new Installation(product).bundlesInStartOrder());
            files.addAll(jars(tests));
            List<Path> extensions = Optional.ofNullable(System.getProperty("refract.test.extensions")).map(Path::of).stream().toList();
            Container container = Container.start(files, Files.createTempDirectory("felix"), Map.of(
                    Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, junitPackages()));
            if (!container.failures().isEmpty()) {
                throw new JUnitException(String.join("; ", container.failures()));
            }
            container.watch(extensions);
            List<Bundle> bundles = List.of(container.context().getBundles());
            Predicate<String> selected = Pattern.compile(SELECTION).asPredicate();
            return new TestContainer(container, tests, bundles.stream().filter(bundle -> bundle.getHeaders().get(TEST_BUNDLE) != null)
                    .map(bundle -> new TestBundle(bundle, loader(bundle, bundles), selected)).toList());
        } catch (BundleException | IOException e) {
            throw new JUnitException("Felix did not start with the bundles of " + product + " and " + tests + ": " + e.getMessage(), e);
        }
    }

    List<TestBundle> testBundles() {
        return testBundles;
    }

    /** Whether all tests are wanted, not a selection. */
    boolean isWhole() {
        return SELECTION.isEmpty();
    }

    Path testFolder() {
        return testFolder;
    }

    @Override
    public void close() {
        container.close();
    }

    private static Path folder(String property) {
        String value = System.getProperty(property);
        if (value == null || !Files.isDirectory(Path.of(value))) {
            throw new JUnitException("The system property " + property + " must name a folder; it is " + value + ".");
        }
        return Path.of(value).toAbsolutePath();
    }

    private static List<Path> jars(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
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

    private static String junitPackages() {
        return Stream.concat(
                packages(Test.class.getPackage(), "org.junit.jupiter.api", "org.junit.jupiter.api.condition",
                        "org.junit.jupiter.api.extension", "org.junit.jupiter.api.function", "org.junit.jupiter.api.io",
                        "org.junit.jupiter.api.parallel", "org.junit.jupiter.params", "org.junit.jupiter.params.aggregator",
                        "org.junit.jupiter.params.converter", "org.junit.jupiter.params.provider", "org.junit.jupiter.params.support"),
                packages(AssertionFailedError.class.getPackage(), "org.opentest4j")).collect(Collectors.joining(","));
    }

    private static Stream<String> packages(Package versioned, String... names) {
        return Arrays.stream(names).map(name -> name + ";version=" + versioned.getImplementationVersion());
    }
}
