package org.refract.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** The sources that the product was built from. */
final class SourceTree {

    private SourceTree() {}

    static Path folder() {
        return Path.of("../..").toAbsolutePath().normalize();
    }

    /** The names of all bundles, those of tests among them. */
    static List<String> bundles() throws IOException {
        return namesIn(folder().resolve("bundles")).filter(name -> Files.exists(folder().resolve("bundles").resolve(name).resolve("META-INF/MANIFEST.MF")))
                .toList();
    }

    /**
     * A tree in which bundles can be made and compiled, and nothing of the real one is changed: its own copies of what is written, links to the rest.
     *
     * @param tree a folder that is empty
     */
    static Path copied(Path tree) throws IOException {
        for (String copied : List.of("pom.xml", "features", "releng/new-bundle", "releng/dev", "releng/launcher/src", "releng/testing/src", "releng/product/src",
                "releng/product/target/product/lib")) {
            copy(folder().resolve(copied), tree.resolve(copied));
        }
        for (String linked : List.of("bundles", "releng/product/target/product/bundles", "releng/itest/target/test-bundles")) {
            Path links = Files.createDirectories(tree.resolve(linked));
            for (String name : namesIn(folder().resolve(linked)).toList()) {
                Files.createSymbolicLink(links.resolve(name), folder().resolve(linked).resolve(name));
            }
        }
        copy(folder().resolve("releng/product/src/main/product/bin"), tree.resolve("releng/product/target/product/bin"));
        return tree;
    }

    private static Stream<String> namesIn(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }
}
