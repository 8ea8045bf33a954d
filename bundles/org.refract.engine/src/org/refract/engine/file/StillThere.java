package org.refract.engine.file;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.refract.api.RefractException;

/** Looks at the disk before somebody says that something was written. */
public final class StillThere {

    private StillThere() {
    }

    /**
     * Looks whether files or folders are where they were put.
     *
     * @throws RefractException if one is not: somebody moved or deleted it meanwhile
     */
    public static void check(List<Path> written) throws RefractException {
        for (Path path : written) {
            if (!Files.exists(path)) {
                throw RefractException.failure("%s was written, but is not there any more: somebody moved or deleted it meanwhile; the same command writes it again.",
                        path);
            }
        }
    }
}
