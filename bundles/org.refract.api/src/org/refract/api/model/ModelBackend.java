package org.refract.api.model;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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
     * Tells what a file or folder is that belongs to models of this family and is none itself, such as a low-rank adapter or a VAE.
     *
     * @return facts by name, {@code what} first; empty if it is nothing of the kind
     * @throws RefractException if it is damaged
     */
    default Optional<Map<String, String>> describe(Path location) throws RefractException {
        return Optional.empty();
    }

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
