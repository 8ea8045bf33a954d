package org.refract.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code releng/new-bundle}, in a copy of the tree. */
class NewBundleTest {

    private static final String NAME = "org.refract.analysis.sketched";
    private static final String WRAPPED = "org.refract.reasons";

    @TempDir
    private Path folder;

    @AfterEach
    void removeLinks() throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    @Test
    void newBundlesCompileIntoTheProductAtOnceWithTheirTestsAndTheLibrariesTheyWrap() throws Exception {
        Path tree = SourceTree.copied(folder.resolve("tree"));
        run(0, tree.resolve("releng/new-bundle"), NAME, "sketches");
        run(0, tree.resolve("releng/new-bundle"), WRAPPED, "reasons", "--no-tests", "--library", "org.opentest4j:opentest4j:1.3.0");
        assertTrue(plugins(tree, "feature").contains(NAME), () -> plugins(tree, "feature").toString());
        assertTrue(plugins(tree, "platform.feature").contains(WRAPPED), () -> plugins(tree, "platform.feature").toString());

        run(0, tree.resolve("releng/dev/dev"), "compile");
        Path bundles = tree.resolve("releng/product/target/product/bundles");
        Path tests = tree.resolve("releng/itest/target/test-bundles");
        assertEquals(NAME, BuiltBundle.read(bundles.resolve(NAME + ".jar")).name());
        assertHas(bundles.resolve(WRAPPED + ".jar"), "lib/opentest4j.jar");
        assertHas(tests.resolve(NAME + ".tests.jar"), "org/refract/analysis/sketched/BundleTest.class");
        assertFalse(Files.exists(tests.resolve(WRAPPED + ".tests.jar")));
    }

    @Test
    void theLinesOfTheFeatureStandInOrder() throws Exception {
        Path tree = SourceTree.copied(folder.resolve("tree"));
        run(0, tree.resolve("releng/new-bundle"), NAME, "sketches");
        assertEquals(plugins(tree, "feature").stream().sorted().toList(), plugins(tree, "feature"));
    }

    @ParameterizedTest
    @CsvSource({
        "org.refract.engine, the engine, is there already",
        "org.refract.engine.more.tests, tests, the test bundle comes with its bundle",
        "com.acme.thing, a thing, a bundle is named like",
        "org.refract.analysis.Dense, dense, a bundle is named like",
        "org.refract.analysis.dense, --no-tests, say in a few words",
    })
    void aNameThatCannotBeIsRefusedAndNothingIsMade(String name, String title, String reason) throws Exception {
        Path tree = SourceTree.copied(folder.resolve("tree"));
        List<String> before = plugins(tree, "feature");
        String refused = run(2, tree.resolve("releng/new-bundle"), name, title);
        assertTrue(refused.startsWith("new-bundle: ") && refused.contains(reason), refused);
        assertEquals(before, plugins(tree, "feature"));
        try (var bundles = Files.list(tree.resolve("bundles"))) {
            assertEquals(SourceTree.bundles().size(), bundles.filter(Files::isDirectory).count());
        }
    }

    private String run(int code, Path script, String... arguments) throws Exception {
        try (Command command = Command.start(script, folder.resolve("user"), Map.of("MAVEN_REPOSITORY", System.getProperty("refract.repository")), arguments)) {
            assertEquals(code, command.exitCode(), command::output);
            return command.output();
        }
    }

    private static List<String> plugins(Path tree, String feature) {
        try {
            return Pattern.compile("<plugin id=\"([^\"]+)\"").matcher(Files.readString(tree.resolve("features/org.refract." + feature + "/feature.xml"))).results()
                    .map(plugin -> plugin.group(1)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertHas(Path jar, String entry) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            assertNotNull(file.getEntry(entry), () -> entry + " in " + jar);
        }
    }
}
