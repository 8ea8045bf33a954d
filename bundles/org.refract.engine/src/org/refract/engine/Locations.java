package org.refract.engine;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.refract.api.RefractException;

/**
 * Where things lie on this machine: a person's data, settings and caches in the platform's usual places (XDG on Linux, Library on macOS,
 * AppData on Windows), the demo model, and the reference values for tests.
 */
public final class Locations {

    private final Map<String, String> environment;
    private final Properties properties;

    /** Locations of this process. */
    public Locations() {
        this(System.getenv(), System.getProperties());
    }

    Locations(Map<String, String> environment, Properties properties) {
        this.environment = environment;
        this.properties = properties;
    }

    /** Runs, stores and extensions of this person. */
    public Path data() {
        return userFolder("REFRACT_DATA", "XDG_DATA_HOME", ".local/share", "Library/Application Support", "APPDATA", "AppData/Roaming");
    }

    /** Settings of this person. */
    public Path config() {
        return userFolder("REFRACT_CONFIG", "XDG_CONFIG_HOME", ".config", "Library/Preferences", "APPDATA", "AppData/Roaming");
    }

    /** What can be made again. */
    public Path cache() {
        return userFolder("REFRACT_CACHE", "XDG_CACHE_HOME", ".cache", "Library/Caches", "LOCALAPPDATA", "AppData/Local");
    }

    /** The folder into which this person drops extensions: the first of those that are watched instead of the usual one, or that. */
    public Path extensions() {
        String named = environment.getOrDefault("REFRACT_EXTENSIONS", "");
        return Stream.of(named.split(File.pathSeparator)).filter(folder -> !folder.isBlank()).findFirst().map(Path::of).orElseGet(() -> data().resolve("extensions"));
    }

    /** The folder of the runs that no other folder was named for. */
    public Path runs() {
        return data().resolve("runs");
    }

    /**
     * The sets of reference values that tests compare with.
     *
     * @throws RefractException if they are nowhere
     */
    public Path reference() throws RefractException {
        return shipped("reference", "REFRACT_REFERENCE", "The reference values");
    }

    /**
     * A set of reference values, {@code sdxl}, {@code sae_training} and so on: the one in the folder that was named, else the project's own
     * of that name.
     */
    public Path reference(String set) throws RefractException {
        Path folder = reference().resolve(set);
        if (Files.isDirectory(folder)) {
            return folder;
        }
        return own("reference").map(own -> own.resolve(set)).filter(Files::isDirectory)
                .orElseThrow(() -> RefractException.usage("There are no reference values '%s' in %s.", set, folder.getParent()));
    }

    /**
     * The demo model.
     *
     * @throws RefractException if it is nowhere
     */
    public Path demo() throws RefractException {
        return shipped("demo", "REFRACT_DEMO", "The demo model");
    }

    /** The folder that Refract was installed into, if the launcher told it. */
    public Optional<Path> home() {
        return named("refract.home", "REFRACT_HOME");
    }

    private Path shipped(String name, String variable, String what) throws RefractException {
        Optional<Path> named = named("refract." + name, variable);
        if (named.isPresent()) {
            if (!Files.isDirectory(named.get())) {
                throw RefractException.usage("%s is set to %s, which is not a folder.", variable, named.get());
            }
            return named.get();
        }
        return own(name).orElseThrow(() -> RefractException.usage("%s is not here: set %s to its folder, or run inside the source tree.", what,
                variable));
    }

    /** What lies in the installed folder, else in the source tree. */
    private Optional<Path> own(String name) {
        Optional<Path> installed = home().map(h -> h.resolve(name)).filter(Files::isDirectory);
        if (installed.isPresent()) {
            return installed;
        }
        for (Path folder = Path.of(properties.getProperty("user.dir", "")).toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path candidate = folder.resolve("releng").resolve(name);
            if (Files.isDirectory(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private Path userFolder(String own, String xdg, String linux, String mac, String windows, String windowsHome) {
        Optional<Path> named = named("refract." + own.substring("REFRACT_".length()).toLowerCase(Locale.ROOT), own);
        if (named.isPresent()) {
            return named.get();
        }
        Path home = Path.of(properties.getProperty("user.home", "."));
        String system = properties.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        if (system.startsWith("mac")) {
            return home.resolve(mac).resolve("Refract");
        }
        if (system.startsWith("windows")) {
            return path(environment.get(windows)).orElse(home.resolve(windowsHome)).resolve("Refract");
        }
        return path(environment.get(xdg)).filter(Path::isAbsolute).orElse(home.resolve(linux)).resolve("refract");
    }

    private Optional<Path> named(String property, String variable) {
        Optional<Path> byProperty = path(properties.getProperty(property));
        return (byProperty.isPresent() ? byProperty : path(environment.get(variable))).map(Path::toAbsolutePath).map(Path::normalize);
    }

    private static Optional<Path> path(String text) {
        try {
            return text == null || text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
