package org.refract.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UserFoldersTest {

    private static final Path HOME = Path.of("/home/ada").toAbsolutePath();

    @Test
    void followXdgOnLinux() {
        assertEquals(new UserFolders(HOME.resolve(".local/share/refract"), HOME.resolve(".cache/refract")),
                UserFolders.of("linux", Map.of(), HOME));
        assertEquals(new UserFolders(HOME.resolve("d/refract"), HOME.resolve("c/refract")), UserFolders.of("linux",
                Map.of("XDG_DATA_HOME", HOME.resolve("d").toString(), "XDG_CACHE_HOME", HOME.resolve("c").toString()), HOME));
    }

    @Test
    void ignoreARelativeXdgFolderAsTheStandardAsks() {
        assertEquals(HOME.resolve(".local/share/refract"), UserFolders.of("linux", Map.of("XDG_DATA_HOME", "data"), HOME).data());
    }

    @Test
    void areInTheLibraryOnMacOs() {
        assertEquals(new UserFolders(HOME.resolve("Library/Application Support/Refract"), HOME.resolve("Library/Caches/Refract")),
                UserFolders.of("mac os x", Map.of(), HOME));
    }

    @Test
    void areInAppDataOnWindows() {
        Map<String, String> environment = Map.of("APPDATA", HOME.resolve("roaming").toString(), "LOCALAPPDATA", HOME.resolve("local").toString());
        assertEquals(new UserFolders(HOME.resolve("roaming/Refract"), HOME.resolve("local/Refract")),
                UserFolders.of("windows 11", environment, HOME));
    }

    @Test
    void areWhereTheEnvironmentSays() {
        Map<String, String> environment = Map.of("REFRACT_DATA", HOME.resolve("a").toString(), "REFRACT_CACHE", HOME.resolve("b").toString());
        assertEquals(new UserFolders(HOME.resolve("a"), HOME.resolve("b")), UserFolders.of("linux", environment, HOME));
    }
}
