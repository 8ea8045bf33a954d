package org.refract.engine.unpack;

import java.util.List;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;

/** One part of the main job. It may be ended anywhere and begun again: what it finished is kept, what it did not is done anew. */
interface Phase {

    /** A short lower-case name, kept in the run's record when the phase is done. */
    String id();

    /** Its usual share of the whole job's time, in any unit. */
    double weight();

    /** The shares of the stages it reports, in order, in any unit. */
    List<Double> stages(UnpackSession session) throws RefractException;

    /** Does it. */
    void run(UnpackSession session, Monitor monitor) throws RefractException;
}
