package org.refract.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The framework's private folder of one process, deleted at its end, so that two Refracts run side by side. What a killed process left
 * behind is recognised by its free lock and deleted by the next one.
 */
final class FrameworkCache implements AutoCloseable {

    private static final String LOCK = ".lock";
    /** What the framework unpacks, and what its largest file takes, with room to grow. */
    private static final long ROOM = 16L << 20;
    private static final long LARGEST_FILE = 4L << 20;

    private final Path folder;
    private final Path lock;
    private final FileChannel channel;
    private final Optional<Path> temporary;
    private final Optional<String> complaint;

    private FrameworkCache(Path folder, Path lock, FileChannel channel, Optional<Path> temporary, Optional<String> complaint) {
        this.folder = folder;
        this.lock = lock;
        this.channel = channel;
        this.temporary = temporary;
        this.complaint = complaint;
    }

    /**
     * Makes a folder of this process's own under the user's cache folder, or under the temporary folder if that cannot be written or has no
     * room; {@link #complaint()} tells.
     *
     * @throws IOException if neither can be used: a sentence
     */
    static FrameworkCache open(Path cache) throws IOException {
        try {
            return openIn(Files.createDirectories(cache.resolve("framework")), Optional.empty(), Optional.empty());
        } catch (IOException e) {
            return openTemporary("the cache folder %s cannot be used, because %s".formatted(cache, reason(e)));
        }
    }

    private static FrameworkCache openTemporary(String complaint) throws IOException {
        Path temporary = null;
        try {
            temporary = Files.createTempDirectory("refract");
            return openIn(temporary, Optional.of(temporary), Optional.of(complaint));
        } catch (IOException e) {
            if (temporary != null) {
                delete(temporary);
            }
            throw new IOException("%s, nor the temporary folder %s, because %s; name a folder with %d MB of room in REFRACT_CACHE".formatted(complaint,
                    System.getProperty("java.io.tmpdir"), reason(e), ROOM >> 20), e);
        }
    }

    private static FrameworkCache openIn(Path parent, Optional<Path> temporary, Optional<String> complaint) throws IOException {
        sweep(parent);
        checkRoom(parent);
        while (true) {
            Path lock = Files.createTempFile(parent, Long.toString(ProcessHandle.current().pid()) + "-", LOCK);
            Optional<FileChannel> channel = lock(lock);
            if (channel.isPresent()) {
                Path folder = Files.createDirectory(parent.resolve(name(lock)));
                return new FrameworkCache(folder, lock, channel.get(), temporary, complaint);
            }
        }
    }

    /** Takes a new lock; empty if a sweeping process took it for a killed one's before it was locked. */
    private static Optional<FileChannel> lock(Path lock) throws IOException {
        try {
            FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
            if (locked(channel) && Files.exists(lock)) {
                return Optional.of(channel);
            }
            channel.close();
            return Optional.empty();
        } catch (NoSuchFileException swept) {
            return Optional.empty();
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException bySomebodyInThisProcess) {
            return false;
        }
    }

    /** A file with a byte at its far end takes little room, but meets a limit of the user or the file system. */
    private static void checkRoom(Path parent) throws IOException {
        long room = Files.getFileStore(parent).getUsableSpace();
        if (room < ROOM) {
            throw new IOException("its disk is full: %d KB are free, %d MB are needed".formatted(room >> 10, ROOM >> 20));
        }
        Path trial = Files.createTempFile(parent, "room", ".trial");
        try (FileChannel channel = FileChannel.open(trial, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            channel.write(ByteBuffer.allocate(1), LARGEST_FILE);
        } finally {
            Files.deleteIfExists(trial);
        }
    }

    /** Why a folder cannot be used, as the end of a sentence. */
    private static String reason(IOException e) {
        String said = e instanceof FileSystemException file && file.getReason() != null ? file.getReason() : String.valueOf(e.getMessage());
        if (said.contains("No space left") || said.contains("quota")) {
            return "its disk is full";
        }
        if (said.contains("File too large")) {
            return "this user may write no file of %d MB there (ulimit -f)".formatted(LARGEST_FILE >> 20);
        }
        return switch (e) {
            case AccessDeniedException denied -> "it may not be written to";
            case FileAlreadyExistsException file -> "a part of that path is a file";
            default -> said.contains("Not a directory") ? "a part of that path is a file" : said.contains("Read-only") ? "it may not be written to" : said;
        };
    }

    Path folder() {
        return folder;
    }

    /** Why the user's cache folder is not used; empty if it is. */
    Optional<String> complaint() {
        return complaint;
    }

    /** Why a framework that did not start whole could not: its folder has no room any more. */
    Optional<String> lack() {
        try {
            checkRoom(folder);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("the folder %s cannot be used, because %s; REFRACT_CACHE names another".formatted(folder, reason(e)));
        }
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
            if (temporary.isPresent()) {
                Files.deleteIfExists(temporary.get());
            }
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
