package org.refract.engine.unpack;

import java.nio.file.Path;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;

/** A face that makes a report of an unpacked model. The main job ends with it where one is there. */
public interface ReportWriter {

    /** A short lower-case name. */
    default String id() {
        return "html";
    }

    /**
     * Writes the report into {@link RunFolder#report()}, replacing an older one whole.
     *
     * @return the page to open
     */
    Path write(RunFolder run, Monitor monitor) throws RefractException;
}
