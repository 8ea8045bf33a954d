package org.refract.launcher;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where a user's files belong on this platform: the XDG folders, {@code ~/Library}, or {@code %APPDATA%} and {@code %LOCALAPPDATA%},
 * unless {@code REFRACT_DATA} or {@code REFRACT_CACHE} names others. The launcher hands them to the bundles as the system properties
 * {@code refract.data} and {@code refract.cache}, so that both speak of the same folders.
 */
record UserFolders(Path data, Path cache) {

    static UserFolders ofThisPlatform() {
        return of(System.getProperty("os.name").toLowerCase(Locale.ROOT), System.getenv(), Path.of(System.getProperty("user.home")));
    }

    static UserFolders of(String os, Map<String, String> environment, Path home) {
        UserFolders usual = usual(os, environment, home);
        return new UserFolders(folder(environment, "REFRACT_DATA", usual.data), folder(environment, "REFRACT_CACHE", usual.cache));
    }

    private static UserFolders usual(String os, Map<String, String> environment, Path home) {
        if (os.startsWith("mac")) {
            Path library = home.resolve("Library");
            return new UserFolders(library.resolve("Application Support/Refract"), library.resolve("Caches/Refract"));
        }
        if (os.startsWith("windows")) {
            return new UserFolders(
                    folder(environment, "APPDATA", home.resolve("AppData/Roaming")).resolve("Refract"),
                    folder(environment, "LOCALAPPDATA", home.resolve("AppData/Local")).resolve("Refract"));
        }
        return new UserFolders(
                folder(environment, "XDG_DATA_HOME", home.resolve(".local/share")).resolve("refract"),
                folder(environment, "XDG_CACHE_HOME", home.resolve(".cache")).resolve("refract"));
    }

    /** Passes the folders on to the bundles. */
    void publish() {
        System.setProperty("refract.data", data.toString());
        System.setProperty("refract.cache", cache.toString());
    }

    private static Path folder(Map<String, String> environment, String variable, Path otherwise) {
        return Optional.ofNullable(environment.get(variable)).filter(value -> !value.isBlank()).map(Path::of).filter(Path::isAbsolute)
                .orElse(otherwise);
    }
}
