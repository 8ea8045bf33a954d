package org.refract.api.model;

import java.nio.file.Path;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;

/** Extension point: opens the models of one family. */
public interface ModelBackend {

    /** A short lower-case name, {@code sdxl}. */
    String id();

    /** Whether the file or folder looks like this backend's; reads names and small configuration files only. */
    boolean recognises(Path location);

    /**
     * Tells what a model is without loading its weights.
     *
     * @throws RefractException if it is damaged: which file, and what is missing
     */
    ModelInfo inspect(Path location) throws RefractException;

    /**
     * Opens a model. Call on the placement's device thread.
     *
     * @param adapters what is added to the model's own weights
     * @throws RefractException if a file is missing, damaged or does not fit its configuration
     */
    Model open(Path location, Placement placement, Adapters adapters, Monitor monitor) throws RefractException;

    /** Opens a model as it is. */
    default Model open(Path location, Placement placement, Monitor monitor) throws RefractException {
        return open(location, placement, Adapters.NONE, monitor);
    }
}
