package org.refract.engine.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.refract.api.Learner;
import org.refract.api.RefractException;
import org.refract.engine.source.BatchSource;

/** How what has been learnt is written. */
@FunctionalInterface
public interface Results {

    /**
     * Writes a learner's {@link Learner#result}, beside its place and renamed.
     *
     * @param place  the folder of the task, which is there
     * @param source what it learnt from
     * @param facts  steps, batch, samples, seed, versions, and who made it
     * @return the files
     */
    List<Path> write(Path place, Learner learner, BatchSource source, Map<String, String> facts) throws RefractException;
}
