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
     * @param moved    where the run's model lies now, if it is not where the run's record says; the record says it from then on
     * @throws RefractException if it is neither, is damaged, or its model is missing
     */
    Subject open(Optional<Path> location, Optional<Path> moved, Monitor monitor) throws RefractException;

    /** Where the model of a run was that is not there any more; empty for everything else. */
    Optional<Path> missingModel(Path location);
}
