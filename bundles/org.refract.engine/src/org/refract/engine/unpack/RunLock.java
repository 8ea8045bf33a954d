package org.refract.engine.unpack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.refract.api.RefractException;
import org.refract.engine.file.FileFailure;

/** Keeps a second writer out of a run's folder. The system frees it when the process ends, however it ends. */
final class RunLock implements AutoCloseable {
    private static final String FILE = ".lock";

    private final FileChannel channel;

    private RunLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * @throws RefractException if somebody else writes there, or the folder cannot be written to
     */
    static RunLock take(Path folder) throws RefractException {
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                throw RefractException.usage("%s is being written by another job; wait for it, stop it, or choose another folder.", folder);
            }
            return new RunLock(channel);
        } catch (IOException e) {
            throw FileFailure.writing(folder, e);
        }
    }

    /** Removes what a wrong request made before anything was recorded, so that the corrected one finds the folder as it was. */
    void forget(RunFolder run) {
        try {
            Files.deleteIfExists(run.record());
            Files.deleteIfExists(run.path().resolve(FILE));
            Files.deleteIfExists(run.path());
        } catch (IOException e) {
            // the folder holds something of the person's, or the system does not delete what is open: it stays
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    @Override
    public void close() throws RefractException {
        try {
            channel.close();
        } catch (IOException e) {
            throw RefractException.failure(e, "The lock of a run could not be freed: %s.", e.getMessage());
        }
    }
}
