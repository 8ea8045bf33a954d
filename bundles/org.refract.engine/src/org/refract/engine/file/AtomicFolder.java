package org.refract.engine.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.refract.api.RefractException;

/**
 * A folder that appears whole or not at all: it is filled beside its place and renamed. Closing without {@link #commit()} removes it. An
 * older folder of that name is replaced, and kept if the new one is not committed.
 */
public final class AtomicFolder implements AutoCloseable {

    private final Path target;
    private final Path partial;
    private boolean committed;

    private AtomicFolder(Path target, Path partial) {
        this.target = target;
        this.partial = partial;
    }

    /**
     * Begins a folder; missing folders above it are made.
     *
     * @throws RefractException if the folder above cannot be written to
     */
    public static AtomicFolder create(Path folder) throws RefractException {
        Path target = folder.toAbsolutePath();
        try {
            Files.createDirectories(target.getParent());
            Leftovers.sweep(target);
            return new AtomicFolder(target, Files.createDirectory(Leftovers.beside(target)));
        } catch (IOException e) {
            throw FileFailure.writing(folder, e);
        }
    }

    /** The folder to fill. */
    public Path path() {
        return partial;
    }

    /** Where the folder will appear. */
    public Path target() {
        return target;
    }

    /** Gives the folder its name. */
    public void commit() throws RefractException {
        try {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                Path older = Files.move(target, Leftovers.beside(target), StandardCopyOption.ATOMIC_MOVE);
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
                Leftovers.delete(older);
            } else {
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            }
            committed = true;
            AtomicFile.forceFolder(target.getParent());
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }

    @Override
    public void close() throws RefractException {
        if (!committed) {
            try {
                Leftovers.delete(partial);
            } catch (IOException e) {
                throw FileFailure.writing(target, e);
            }
        }
    }

    /** Deletes a file or a folder with all it holds. */
    public static void delete(Path path) throws RefractException {
        try {
            Leftovers.delete(path);
        } catch (IOException e) {
            throw FileFailure.writing(path, e);
        }
    }
}
