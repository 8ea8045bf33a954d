package org.refract.engine.unpack;

import org.refract.api.RefractException;
import org.refract.api.job.Monitor;

/**
 * The main job: record → train → atlas → icons → interventions → analyses → report, in one folder. It can be ended at any instant; asked
 * again with the same options it continues where it was, and what comes out is the same as without the interruption.
 */
public interface Unpack {

    /**
     * Unpacks a model. Not to be called on a device's thread.
     *
     * @param monitor hears of the phases and their progress
     * @return the run's folder
     * @throws RefractException if the model or an option is wrong, or the folder holds another run
     */
    RunFolder run(UnpackOptions options, Monitor monitor) throws RefractException;
}
