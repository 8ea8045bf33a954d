package org.refract.engine.file;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import org.refract.api.RefractException;

/** Files of fixed names that a writer puts into a folder where others may lie. */
public final class OwnFiles {

    /** Whether what lies in a folder is the writer's own. */
    @FunctionalInterface
    public interface Known {
        /** Looks into the folder; a damaged file of one's own is not known. */
        boolean in(Path folder) throws RefractException;
    }

    private OwnFiles() {
    }

    /**
     * Looks at a folder before anything is written there.
     *
     * @param names files that would be replaced
     * @throws RefractException if one of them is there and not the writer's own
     */
    public static void check(Path folder, Collection<String> names, Known known) throws RefractException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw RefractException.usage("%s is a file, not a folder: choose another name.", folder);
        }
        Optional<String> there = names.stream().filter(name -> Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)).findFirst();
        if (there.isPresent() && !known.in(folder)) {
            throw RefractException.usage("%s is there and was not written by Refract, so it is not replaced: choose another folder, or move it away.",
                    folder.resolve(there.get()));
        }
    }
}
