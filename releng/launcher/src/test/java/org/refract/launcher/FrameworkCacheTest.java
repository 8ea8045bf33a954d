package org.refract.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameworkCacheTest {

    @TempDir
    private Path cache;

    @Test
    void isPrivateToEachAndGoneAfterwards() throws IOException {
        try (FrameworkCache one = FrameworkCache.open(cache); FrameworkCache other = FrameworkCache.open(cache)) {
            assertNotEquals(one.folder(), other.folder());
            Files.writeString(one.folder().resolve("bundle.info"), "1");
            assertTrue(Files.isDirectory(other.folder()));
        }
        assertEquals(List.of(), left());
    }

    @Test
    void sweepsAwayWhatAKilledProcessLeft() throws IOException {
        Path framework = Files.createDirectories(cache.resolve("framework"));
        Files.createFile(framework.resolve("7-1.lock"));
        Files.createDirectories(framework.resolve("7-1/bundle3"));
        FrameworkCache.open(cache).close();
        assertEquals(List.of(), left());
    }

    @Test
    void isInTheTemporaryFolderWhereTheCacheCannotBeWritten() throws IOException {
        Path file = Files.createFile(cache.resolve("file"));
        try (FrameworkCache open = FrameworkCache.open(file)) {
            assertFalse(open.folder().startsWith(cache));
            assertTrue(Files.isDirectory(open.folder()));
        }
    }

    private List<Path> left() throws IOException {
        try (var files = Files.list(cache.resolve("framework"))) {
            return files.toList();
        }
    }
}
