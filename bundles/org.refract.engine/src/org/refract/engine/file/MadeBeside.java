package org.refract.engine.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.refract.api.RefractException;

/**
 * A file or a folder that somebody makes who knows a path only: it is made under its name in a folder beside, looked at, and takes its place
 * with {@link #commit()}, all of it or nothing. What else lies in a folder of that name stays. Closing without a commit removes it.
 */
public final class MadeBeside implements AutoCloseable {

    private final Path target;
    private final Path room;

    private MadeBeside(Path target, Path room) {
        this.target = target;
        this.room = room;
    }

    /**
     * Makes room beside a place; missing folders above it are made.
     *
     * @throws RefractException if the folder above cannot be written to
     */
    public static MadeBeside of(Path place) throws RefractException {
        Path target = place.toAbsolutePath();
        try {
            Files.createDirectories(target.getParent());
            Leftovers.sweep(target);
            return new MadeBeside(target, Files.createDirectory(Leftovers.beside(target)));
        } catch (IOException e) {
            throw FileFailure.writing(place, e);
        }
    }

    /** Where to make it; its name is that of the place. */
    public Path path() {
        return room.resolve(target.getFileName());
    }

    /** Names of what was made in a folder; empty if a file was made. */
    public List<String> names() throws RefractException {
        try {
            return Files.isDirectory(path()) ? Exchange.entries(path()).stream().map(file -> file.getFileName().toString()).toList() : List.of();
        } catch (IOException e) {
            throw FileFailure.reading(target, e);
        }
    }

    /** Moves what was made to its place; in a folder that is there already, files of the same names make room. */
    public void commit() throws RefractException {
        try {
            if (Files.isDirectory(path()) && Files.isDirectory(target)) {
                List<String> made = names();
                Exchange.run(path(), target, Exchange.entries(target).stream().map(file -> file.getFileName().toString()).filter(made::contains).toList());
            } else {
                Files.move(path(), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            AtomicFile.forceFolder(target.getParent());
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }

    @Override
    public void close() throws RefractException {
        try {
            Leftovers.delete(room);
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }
}
