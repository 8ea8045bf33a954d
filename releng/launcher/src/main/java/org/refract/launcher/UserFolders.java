package org.refract.launcher;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where a user's files belong on this platform: the XDG folders, {@code ~/Library}, or {@code %APPDATA%} and {@code %LOCALAPPDATA%}. The
 * launcher hands them to the bundles as the system properties {@code refract.data}, {@code refract.cache} and {@code refract.config}.
 */
record UserFolders(Path data, Path cache, Path config) {

    static UserFolders ofThisPlatform() {
        return of(System.getProperty("os.name").toLowerCase(Locale.ROOT), System.getenv(), Path.of(System.getProperty("user.home")));
    }

    static UserFolders of(String os, Map<String, String> environment, Path home) {
        if (os.startsWith("mac")) {
            Path library = home.resolve("Library");
            Path support = library.resolve("Application Support/Refract");
            return new UserFolders(support, library.resolve("Caches/Refract"), support);
        }
        if (os.startsWith("windows")) {
            Path roaming = folder(environment, "APPDATA", home.resolve("AppData/Roaming")).resolve("Refract");
            Path local = folder(environment, "LOCALAPPDATA", home.resolve("AppData/Local")).resolve("Refract");
            return new UserFolders(local.resolve("data"), local.resolve("cache"), roaming);
        }
        return new UserFolders(
                folder(environment, "XDG_DATA_HOME", home.resolve(".local/share")).resolve("refract"),
                folder(environment, "XDG_CACHE_HOME", home.resolve(".cache")).resolve("refract"),
                folder(environment, "XDG_CONFIG_HOME", home.resolve(".config")).resolve("refract"));
    }

    /** Passes the folders on; a property that was set on the command line wins. */
    void publish() {
        publish("refract.data", data);
        publish("refract.cache", cache);
        publish("refract.config", config);
    }

    private static void publish(String property, Path folder) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, folder.toString());
        }
    }

    private static Path folder(Map<String, String> environment, String variable, Path otherwise) {
        return Optional.ofNullable(environment.get(variable)).map(Path::of).filter(Path::isAbsolute).orElse(otherwise);
    }
}
