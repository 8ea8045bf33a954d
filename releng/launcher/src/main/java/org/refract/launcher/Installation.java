package org.refract.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * The folder into which the product was unpacked; nothing in it is ever written.
 *
 * @param home that folder
 */
public record Installation(Path home) {

    /** The folder of the product's bundles. */
    public Path bundles() {
        return home.resolve("bundles");
    }

    Path extensions() {
        return home.resolve("extensions");
    }

    /** The product's bundles (jars and folders) in the order in which they start. */
    public List<Path> bundlesInStartOrder() throws IOException {
        try (var files = Files.list(bundles())) {
            return files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted(Comparator.comparingInt(Installation::rank).thenComparing(Path::getFileName))
                    .toList();
        } catch (NoSuchFileException e) {
            throw new IOException("there is no folder " + bundles() + "; unpack the product again", e);
        }
    }

    /**
     * DJL first, because its engine must be registered before anybody touches the class that looks for engines; then libraries, then
     * Refract.
     */
    private static int rank(Path bundle) {
        String name = bundle.getFileName().toString();
        if (name.startsWith("org.refract.djl")) {
            return 0;
        }
        return name.startsWith("org.refract.") ? 2 : 1;
    }
}
