package org.refract.engine.file;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.refract.api.RefractException;

/** A file beside another one that names it, where the name comes from a stranger: it must not lead anywhere else. */
public final class SiblingFile {

    private SiblingFile() {
    }

    /**
     * The file that an index means.
     *
     * @param index the file that names it
     * @param name  as it stands there
     * @throws RefractException if it does not lie in the folder of the index, or can be no file's name
     */
    public static Path of(Path index, String name) throws RefractException {
        if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.contains("..") || name.contains(":")
                || name.codePoints().anyMatch(Character::isISOControl)) {
            throw RefractException.failure("%s names '%s' as a file, which does not lie in its folder.", index, shown(name));
        }
        try {
            return index.resolveSibling(name);
        } catch (InvalidPathException e) {
            throw RefractException.failure("%s names '%s' as a file, which can be no file's name.", index, shown(name));
        }
    }

    private static String shown(String name) {
        String safe = name.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
        return safe.length() > 80 ? safe.substring(0, 80) + "…" : safe;
    }
}
