package org.refract.engine.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ThreadLocalRandom;
import org.refract.api.RefractException;

/**
 * Keeps a second writer out of a folder, and tells it who is there and since when. The lock is the system's, which frees it when the process
 * ends, however it ends; where a file system has none, everybody comes in.
 */
public final class FolderLock implements AutoCloseable {

    private static final String FILE = ".lock";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    /** Beyond the text, which others may read. */
    private static final long LOCKED_BYTE = 1L << 40;
    private static final int LONGEST = 1000;

    private final Path folder;
    private final Path file;
    private final FileChannel channel;
    private final boolean made;

    private FolderLock(Path folder, Path file, FileChannel channel, boolean made) {
        this.folder = folder;
        this.file = file;
        this.channel = channel;
        this.made = made;
    }

    /**
     * Takes the lock of a folder, which is made if need be.
     *
     * @param work what is written there, {@code a training}
     * @throws RefractException if somebody else writes there: who, since when; or the folder cannot be written to
     */
    public static FolderLock take(Path folder, String work) throws RefractException {
        return take(folder, FILE, work);
    }

    /**
     * Takes one of several locks of a folder, for writers that may work there side by side.
     *
     * @param part what only one writer does, a part of a file's name
     */
    public static FolderLock take(Path folder, String part, String work) throws RefractException {
        Path file = folder.resolve(part.startsWith(".") ? part : FILE + "-" + part);
        try {
            boolean made = !Files.exists(folder);
            Files.createDirectories(folder);
            while (true) {
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                if (!isFree(channel)) {
                    String holder = text(channel);
                    channel.close();
                    throw RefractException.usage("%s is being written by another process%s: wait for it, stop it, or choose another folder.", folder,
                            holder.isBlank() ? "" : " (" + holder + ")");
                }
                boolean failed = true;
                try {
                    if (isSigned(file, channel, work)) {
                        failed = false;
                        return new FolderLock(folder, file, channel, made);
                    }
                    failed = false;
                    channel.close();
                } finally {
                    if (failed) {
                        free(file, channel);
                    }
                }
            }
        } catch (IOException e) {
            throw FileFailure.writing(folder, e);
        }
    }

    private static void free(Path file, FileChannel channel) throws IOException {
        try (channel) {
            Files.deleteIfExists(file);
        }
    }

    /** Whether the lock is still that of the folder, and says whose it is, as far as there is room to say it. */
    private static boolean isSigned(Path file, FileChannel channel, String work) throws IOException {
        try {
            boolean there = isThere(file, channel);
            if (there) {
                sign(channel, work);
            }
            return there;
        } catch (IOException e) {
            if (FileFailure.isFull(e)) {
                return true;
            }
            throw e;
        }
    }

    private static boolean isFree(FileChannel channel) {
        try {
            return channel.tryLock(LOCKED_BYTE, 1, false) != null;
        } catch (OverlappingFileLockException byThisProcess) {
            return false;
        } catch (IOException noLocksHere) {
            return true;
        }
    }

    /** Whether the file is still the one that was opened, for who frees a lock deletes it: what is written here is read there. */
    private static boolean isThere(Path file, FileChannel channel) throws IOException {
        String mark = ProcessMark.current() + "-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(mark.getBytes(StandardCharsets.UTF_8)), 0);
        try (FileChannel now = FileChannel.open(file, StandardOpenOption.READ)) {
            return text(now).equals(mark);
        } catch (NoSuchFileException freed) {
            return false;
        }
    }

    private static void sign(FileChannel channel, String work) throws IOException {
        String text = "process %d, %s, since %s".formatted(ProcessHandle.current().pid(), work, LocalDateTime.now().format(TIME));
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    }

    private static String text(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", " ").strip();
    }

    /** Frees it; a folder that was made for it and got nothing goes, too. */
    @Override
    public void close() throws RefractException {
        try (channel) {
            Files.deleteIfExists(file);
            if (made && Exchange.entries(folder).isEmpty()) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw RefractException.failure(e, "The lock %s could not be freed: %s.", file, e.getMessage());
        }
    }
}
