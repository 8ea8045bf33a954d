package org.refract.engine.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.refract.api.RefractException;

/**
 * A folder that appears whole or not at all: it is filled beside its place and renamed. Closing without {@link #commit()} removes it. An
 * older folder of that name is replaced if it holds nothing but what its writer knows as its own, and kept if the new one is not committed.
 */
public final class AtomicFolder implements AutoCloseable {

    private final Path target;
    private final Path partial;
    private final Predicate<String> own;
    private boolean committed;

    private AtomicFolder(Path target, Path partial, Predicate<String> own) {
        this.target = target;
        this.partial = partial;
        this.own = own;
    }

    /**
     * Begins a folder whose files have the same names each time; missing folders above it are made.
     *
     * @throws RefractException if the folder above cannot be written to
     */
    public static AtomicFolder create(Path folder) throws RefractException {
        return begin(folder, name -> false);
    }

    /**
     * Begins a folder; missing folders above it are made.
     *
     * @param own whether a file or folder in an older one, by its path in it with slashes, is what this writer makes there
     * @throws RefractException if the older folder holds anything else, or the folder above cannot be written to
     */
    public static AtomicFolder create(Path folder, Predicate<String> own) throws RefractException {
        checkOwn(folder.toAbsolutePath(), own);
        return begin(folder, own);
    }

    private static AtomicFolder begin(Path folder, Predicate<String> own) throws RefractException {
        Path target = folder.toAbsolutePath();
        try {
            Files.createDirectories(target.getParent());
            Leftovers.sweep(target);
            return new AtomicFolder(target, Files.createDirectory(Leftovers.beside(target)), own);
        } catch (IOException e) {
            throw FileFailure.writing(folder, e);
        }
    }

    private static void checkOwn(Path target, Predicate<String> own) throws RefractException {
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw RefractException.usage("%s is a file, so no folder can have that name: choose another.", target);
        }
        try {
            Optional<String> other = files(target).stream().filter(own.negate()).findFirst();
            if (other.isPresent()) {
                throw RefractException.usage("%s is there and holds %s, which Refract did not write there: move that elsewhere, or choose another folder.",
                        target, other.get());
            }
        } catch (IOException e) {
            throw FileFailure.reading(target, e);
        }
    }

    /** Paths of all files and folders in a folder, with slashes. */
    private static List<String> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.skip(1).map(file -> folder.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/")).sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
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

    /**
     * Gives the folder its name.
     *
     * @throws RefractException if the older folder holds anything that is not this writer's own
     */
    public void commit() throws RefractException {
        try {
            List<String> made = files(partial);
            checkOwn(target, own.or(made::contains));
            if (Files.isDirectory(target)) {
                Exchange.run(partial, target, Exchange.entries(target).stream().map(file -> file.getFileName().toString()).toList());
                Leftovers.delete(partial);
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
