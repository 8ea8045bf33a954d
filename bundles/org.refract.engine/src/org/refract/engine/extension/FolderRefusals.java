package org.refract.engine.extension;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Says of every jar in the watched folders that became no bundle why: it is none. */
final class FolderRefusals {

    /** Framework property of Apache Felix File Install: the folders it watches. */
    private static final String FOLDERS = "felix.fileinstall.dir";

    private FolderRefusals() {
    }

    /** The jars that are no bundles. */
    static List<Refusal> of(BundleContext context) {
        Set<Path> installed = Arrays.stream(context.getBundles()).map(Bundle::getLocation).filter(l -> l.startsWith("file:"))
                .map(l -> Path.of(URI.create(l))).collect(Collectors.toSet());
        List<Refusal> refusals = new ArrayList<>();
        for (Path folder : folders(context)) {
            try (var files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".jar") && !installed.contains(file)).sorted().forEach(file -> refusals.add(
                        new Refusal(file.getFileName().toString(), "It is not an OSGi bundle, or it is damaged; get or build it again.")));
            } catch (IOException e) {
                refusals.add(new Refusal(folder.toString(), "The folder cannot be read (" + e.getMessage() + ")."));
            }
        }
        return refusals;
    }

    private static List<Path> folders(BundleContext context) {
        return Optional.ofNullable(context.getProperty(FOLDERS)).stream().flatMap(value -> Arrays.stream(value.split(","))).map(Path::of)
                .filter(Files::isDirectory).toList();
    }
}
