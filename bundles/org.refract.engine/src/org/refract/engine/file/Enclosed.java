package org.refract.engine.file;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.refract.api.FileName;
import org.refract.api.RefractException;
import org.refract.api.json.Json;

/** A folder that may come from anybody: what its files name lies in it, and no link in it leads out. */
public final class Enclosed {
    private Enclosed() {
    }

    /**
     * The file that a file of the folder names.
     *
     * @param ending what stands after the name, {@code .json}, or nothing
     * @throws RefractException if the name is not file-safe
     */
    public static Path file(Path folder, Json name, String ending) throws RefractException {
        String said = FileName.require(name.text(), name.whereabouts());
        try {
            return folder.resolve(said + ending);
        } catch (InvalidPathException e) {
            throw RefractException.usage("%s names the file '%s', which this system's character set cannot write.", name.whereabouts(), said);
        }
    }

    /**
     * Refuses a folder in which a link leads out of it or nowhere, or in which something is neither file nor folder and would be waited for.
     *
     * @throws RefractException which one
     */
    public static void check(Path folder) throws RefractException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try {
            Path home = folder.toRealPath();
            Path[] found = new Path[1];
            Files.walkFileTree(home, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (attributes.isRegularFile() || attributes.isSymbolicLink() && staysIn(home, file)) {
                        return FileVisitResult.CONTINUE;
                    }
                    found[0] = file;
                    return FileVisitResult.TERMINATE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                    if (e instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw e;
                }
            });
            if (found[0] != null) {
                throw Files.isSymbolicLink(found[0])
                        ? RefractException.usage("%s is a link that leads out of %s: what a run holds must lie in its folder; move it there.", found[0], folder)
                        : RefractException.usage("%s is neither a file nor a folder: remove it from %s.", found[0], folder);
            }
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
    }

    private static boolean staysIn(Path home, Path link) {
        try {
            Path target = link.toRealPath();
            return target.startsWith(home) && (Files.isRegularFile(target) || Files.isDirectory(target));
        } catch (IOException leadsNowhere) {
            return false;
        }
    }
}
