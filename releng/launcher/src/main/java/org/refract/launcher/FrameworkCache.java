package org.refract.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;

/**
 * The framework's private folder of one process, deleted at its end, so that two Refracts run side by side. What a killed process left
 * behind is recognised by its free lock and deleted by the next one.
 */
final class FrameworkCache implements AutoCloseable {

    private static final String LOCK = ".lock";

    private final Path folder;
    private final Path lock;
    private final FileChannel channel;

    private FrameworkCache(Path folder, Path lock, FileChannel channel) {
        this.folder = folder;
        this.lock = lock;
        this.channel = channel;
    }

    /** Makes a folder of this process's own under the user's cache folder, or under the temporary folder if that cannot be written. */
    static FrameworkCache open(Path cache) throws IOException {
        try {
            return openIn(Files.createDirectories(cache.resolve("framework")));
        } catch (IOException e) {
            return openIn(Files.createTempDirectory("refract"));
        }
    }

    private static FrameworkCache openIn(Path parent) throws IOException {
        sweep(parent);
        Path lock = Files.createTempFile(parent, Long.toString(ProcessHandle.current().pid()) + "-", LOCK);
        FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        channel.tryLock();
        Path folder = Files.createDirectory(parent.resolve(name(lock)));
        return new FrameworkCache(folder, lock, channel);
    }

    Path folder() {
        return folder;
    }

    /** Deletes the folder. Both the end of the command and a signal lead here; who comes second waits for the first. */
    @Override
    public synchronized void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            delete(folder);
            channel.close();
            Files.deleteIfExists(lock);
        } catch (IOException | UncheckedIOException e) {
            // what cannot be deleted now is swept away by the next start
        }
    }

    private static void sweep(Path parent) throws IOException {
        List<Path> locks;
        try (var files = Files.list(parent)) {
            locks = files.filter(file -> file.toString().endsWith(LOCK)).toList();
        }
        for (Path lock : locks) {
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
                if (channel.tryLock() != null) {
                    delete(parent.resolve(name(lock)));
                    Files.deleteIfExists(lock);
                }
            } catch (IOException | UncheckedIOException | OverlappingFileLockException e) {
                // it is in use, or somebody else is sweeping it away
            }
        }
    }

    private static String name(Path lock) {
        String file = lock.getFileName().toString();
        return file.substring(0, file.length() - LOCK.length());
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
