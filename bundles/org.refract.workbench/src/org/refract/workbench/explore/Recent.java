package org.refract.workbench.explore;

import java.nio.file.Path;
import java.util.List;

/** The folders that were opened lately. */
public interface Recent {

    /** The newest first. */
    List<Path> folders();

    /** Puts a folder first. */
    void add(Path folder);
}
