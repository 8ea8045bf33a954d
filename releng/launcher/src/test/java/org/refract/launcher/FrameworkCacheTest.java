package org.refract.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
        Path temporary;
        try (FrameworkCache open = FrameworkCache.open(file)) {
            assertFalse(open.folder().startsWith(cache));
            assertTrue(Files.isDirectory(open.folder()));
            temporary = open.folder().getParent();
            assertEquals("the cache folder %s cannot be used, because a part of that path is a file".formatted(file), open.complaint().orElseThrow());
        }
        assertFalse(Files.exists(temporary), "nothing is left there");
    }

    /** Each sweeps what it believes to be a killed one's; a lock that is just being taken is not. */
    @Test
    void manyThatOpenAndCloseAtOnceKeepTheirLocks() throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 50; i++) {
                        try (FrameworkCache open = FrameworkCache.open(cache)) {
                            assertEquals(Optional.empty(), open.complaint());
                            assertTrue(Files.exists(open.folder().resolveSibling(open.folder().getFileName() + ".lock")));
                            assertTrue(Files.isDirectory(open.folder()));
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertEquals(List.of(), left());
    }

    private List<Path> left() throws IOException {
        try (var files = Files.list(cache.resolve("framework"))) {
            return files.toList();
        }
    }
}
