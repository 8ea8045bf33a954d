package org.refract.engine.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.refract.api.RefractException;

/**
 * A file that appears whole or not at all: it is written beside its place, forced to the disk and renamed. Closing without
 * {@link #commit()} removes what was written and leaves an older file of that name as it was.
 */
public final class AtomicFile implements AutoCloseable {

    private final Path target;
    private final Path partial;
    private final FileChannel channel;
    private boolean committed;

    private AtomicFile(Path target, Path partial, FileChannel channel) {
        this.target = target;
        this.partial = partial;
        this.channel = channel;
    }

    /**
     * Begins a file; missing folders above it are made.
     *
     * @throws RefractException if its folder cannot be written to
     */
    public static AtomicFile create(Path file) throws RefractException {
        Path target = file.toAbsolutePath();
        try {
            Files.createDirectories(target.getParent());
            Leftovers.sweep(target);
            Path partial = Leftovers.beside(target);
            return new AtomicFile(
                    target, partial, FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    /** Writes a whole file. */
    public static void write(Path file, byte[] content) throws RefractException {
        try (AtomicFile begun = create(file)) {
            begun.append(ByteBuffer.wrap(content));
            begun.commit();
        }
    }

    /** Writes a whole file as UTF-8. */
    public static void write(Path file, String text) throws RefractException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Where the file will appear. */
    public Path target() {
        return target;
    }

    /** Writes bytes at the end. */
    public void append(ByteBuffer bytes) throws RefractException {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }

    /** Writes bytes at a place of the file. */
    public void write(ByteBuffer bytes, long position) throws RefractException {
        try {
            for (long at = position; bytes.hasRemaining(); ) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }

    /** A stream onto the file, for libraries that want one; pass its errors to {@link FileFailure#writing(Path, IOException)}. */
    public OutputStream stream() {
        return Channels.newOutputStream(channel);
    }

    /** Forces the bytes to the disk and gives the file its name. */
    public void commit() throws RefractException {
        try {
            channel.force(true);
            channel.close();
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            committed = true;
            forceFolder(target.getParent());
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }

    @Override
    public void close() throws RefractException {
        try {
            channel.close();
            if (!committed) {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }

    /** Makes a rename in a folder durable, where the system lets a folder be opened. */
    static void forceFolder(Path folder) {
        try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
            opened.force(true);
        } catch (IOException windowsCannotOpenFolders) {
            return;
        }
    }
}
