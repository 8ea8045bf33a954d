package org.refract.workbench.subject;

import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;

/** Opens models for study. */
public interface Subjects {

    /**
     * Takes a while; not for the screen's thread.
     *
     * @param location a run folder that {@code refract unpack} made, or a model folder; empty for the demo model's newest run
     * @throws RefractException if it is neither, is damaged, or its model is missing
     */
    Subject open(Optional<Path> location, Monitor monitor) throws RefractException;
}
