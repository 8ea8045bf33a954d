package org.refract.api.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;

/** Extension point: recognises, reads and writes the SAE checkpoints of some tool. */
public interface CheckpointFormat {

    /** A short lower-case name, {@code refract}, {@code saelens}. */
    String id();

    /** Whether the file or folder looks like this format; reads names and headers only. */
    boolean recognises(Path location);

    /**
     * @param owner owns the tensors of the result
     * @throws RefractException if the checkpoint is damaged or not of this format: which file, what is wrong
     */
    Checkpoint read(Path location, NDManager owner) throws RefractException;

    /**
     * Writes a checkpoint, beside its place and renamed.
     *
     * @throws RefractException if the format cannot hold this SAE, or the disk is full
     */
    void write(Checkpoint checkpoint, Path location) throws RefractException;

    /**
     * A read SAE.
     *
     * @param config     its shape and settings, in the words of the variant that can restore it
     * @param tensors    its weights by that variant's names
     * @param provenance where it comes from; empty if the format does not say, then a caller asks before it believes it
     * @param notes      what its reader did to it that a person should know, such as a factor that was folded into the weights; words, not sentences
     */
    record Checkpoint(SaeConfig config, Map<String, NDArray> tensors, Optional<Provenance> provenance, List<String> notes) {

        /** One of which there is nothing to note. */
        public Checkpoint(SaeConfig config, Map<String, NDArray> tensors, Optional<Provenance> provenance) {
            this(config, tensors, provenance, List.of());
        }
    }
}
