package org.refract.engine.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.refract.api.Learner;
import org.refract.api.RefractException;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.source.BatchSource;

/**
 * Writes what networks have learnt as one safetensors file, with the facts in its header.
 *
 * @param file its name in a task's folder
 */
public record TensorResults(String file) implements Results {

    /** Tensors of any names and shapes fit. */
    @Override
    public void check(Path place, Learner learner, BatchSource source) {
    }

    @Override
    public List<Path> write(Path place, Learner learner, BatchSource source, Map<String, String> facts) throws RefractException {
        Path written = place.resolve(file);
        SafeTensorsWriter.write(written, facts, learner.result());
        return List.of(written);
    }
}
