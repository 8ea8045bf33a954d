package org.refract.engine.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.refract.api.Learner;
import org.refract.api.RefractException;
import org.refract.engine.source.BatchSource;

/** How what has been learnt is written. */
public interface Results {

    /**
     * Whether a learner's result can be written at all, asked before its first step, when nothing is lost yet.
     *
     * @param place where it will be written; nothing stays there
     * @throws RefractException if it cannot, with the reason
     */
    void check(Path place, Learner learner, BatchSource source) throws RefractException;

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
