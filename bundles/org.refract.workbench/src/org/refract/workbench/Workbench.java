package org.refract.workbench;

import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;

/** The window, as a service: whoever wants it opens it. */
public interface Workbench {

    /**
     * Opens the window and returns when a person has closed it. Called from any thread but the JVM's main one, which the window
     * takes meanwhile.
     *
     * @param subject   a run folder or a model folder to open first; empty for what was open last
     * @param model     where the run's model lies now, if it is not where the run's record says
     * @param placement where models compute
     * @throws RefractException if there is no screen, or no widget library
     * @throws InterruptedException if the calling thread was interrupted; the window was closed
     */
    void open(Optional<Path> subject, Optional<Path> model, Placement placement) throws RefractException, InterruptedException;
}
