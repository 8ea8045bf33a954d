package org.refract.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** What {@code refract --version} says. The launcher answers it alone: for that nothing has to be started. */
final class VersionText {

    private static final Set<String> VERSION = Set.of("-V", "--version");
    private static final Set<String> BESIDE_IT = Set.of("-q", "--quiet", "--debug", "--safe");

    private VersionText() {}

    /** Whether the version is asked for, before any command, with nothing that the command line would answer or refuse first. */
    static boolean isAskedBy(String[] arguments) {
        List<String> options = Arrays.stream(arguments).takeWhile(argument -> argument.startsWith("-")).toList();
        return options.stream().anyMatch(VERSION::contains) && options.stream().allMatch(option -> VERSION.contains(option) || BESIDE_IT.contains(option));
    }

    /** The version of the installed command line and of what it runs on. */
    static String of(Installation installation) throws IOException {
        Path commandLine = installation.bundlesInStartOrder().stream().filter(bundle -> bundle.getFileName().toString().startsWith("org.refract.cli"))
                .findFirst().orElseThrow(() -> new IOException("the command line is missing in " + installation.bundles() + "; unpack the product again"));
        try (JarFile jar = new JarFile(commandLine.toFile())) {
            return "refract " + version(jar.getManifest()) + System.lineSeparator()
                    + "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch");
        }
    }

    /** Without the qualifier, which names a build. */
    private static String version(Manifest manifest) {
        String[] parts = manifest.getMainAttributes().getValue("Bundle-Version").split("\\.");
        return String.join(".", List.of(parts).subList(0, Math.min(3, parts.length)));
    }
}
