package org.refract.engine.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;
import java.util.Optional;
import org.refract.api.RefractException;

/** Says in a sentence why a file could not be read or written. */
public final class FileFailure {

    private FileFailure() {
    }

    /** The sentence for a failed read of {@code path}. */
    public static RefractException reading(Path path, IOException e) {
        return RefractException.unreadable(path, e);
    }

    /** The sentence for a failed write of {@code path}; what was begun has been removed. A half-written folder goes by the name that it would have had. */
    public static RefractException writing(Path begun, IOException e) {
        Path path = Leftovers.finished(begun);
        String reason = reason(e).toLowerCase(Locale.ROOT);
        if (isFull(e)) {
            return RefractException.failure(e, "The disk is full, so %s was not written: free some space there and try again.", path);
        }
        if (reason.contains("file too large")) {
            return RefractException.failure(e, "%s was not written: it grew beyond what its file system or this user's limit allows.", path);
        }
        if (e instanceof AccessDeniedException || reason.contains("read-only")) {
            return RefractException.usage("%s cannot be written: choose a folder that you may write to.", path);
        }
        Optional<String> obstacle = obstacle(path);
        if (obstacle.isPresent() || e instanceof NotDirectoryException || e instanceof FileAlreadyExistsException) {
            return RefractException.usage("%s cannot be written: %s.", path, obstacle.orElse("something there is a file, not a folder"));
        }
        if (e instanceof NoSuchFileException) {
            return RefractException.usage("%s cannot be written: there is no folder %s.", path, path.toAbsolutePath().getParent());
        }
        return RefractException.failure(e, "%s cannot be written: %s.", path, reason(e));
    }

    /** What stands in the way where a path needs a folder: a file, or a link that leads nowhere. */
    public static Optional<String> obstacle(Path path) {
        for (Path part = path.toAbsolutePath().getParent(); part != null; part = part.getParent()) {
            if (Files.isDirectory(part)) {
                return Optional.empty();
            }
            if (Files.isSymbolicLink(part)) {
                return Optional.of(part + " is a link that leads " + (isMissing(part) ? "to nothing" : "back to itself"));
            }
            if (Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of(part + " is a file, not a folder");
            }
        }
        return Optional.empty();
    }

    private static boolean isMissing(Path link) {
        try {
            link.toRealPath();
            return false;
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException circle) {
            return false;
        }
    }

    /** Whether a write failed because the disk, or what of it this user may fill, is full. */
    public static boolean isFull(RefractException e) {
        return e.getCause() instanceof IOException cause && isFull(cause);
    }

    /** Whether a write failed because the disk, or what of it this user may fill, is full. */
    public static boolean isFull(IOException e) {
        String reason = reason(e).toLowerCase(Locale.ROOT);
        return reason.contains("no space left") || reason.contains("not enough space") || reason.contains("disk quota");
    }

    /** The sentence for a write to a read-only file system. */
    static RefractException writing(Path path, ReadOnlyFileSystemException e) {
        return writing(path, new AccessDeniedException(path.toString()));
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
