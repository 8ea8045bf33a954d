package org.refract.model.sdxl;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Scope;
import org.refract.model.sdxl.weights.Spellings;
import org.refract.nn.weights.Checkpoint;
import org.refract.nn.weights.Fingerprint;
import org.refract.nn.weights.FoundWeights;
import org.refract.nn.weights.Spelling;
import org.refract.nn.weights.WeightChanges;

/** The files of all parts of a model, open and matched with what their configuration asks for. */
final class PartWeights implements AutoCloseable {

    private final Map<String, Checkpoint> open = new LinkedHashMap<>();
    private final Map<String, FoundWeights> found = new LinkedHashMap<>();

    private final Set<String> notes = new LinkedHashSet<>();

    private PartWeights() {
    }

    /** @throws RefractException if a file is missing or does not fit */
    static PartWeights open(ModelFiles files, SdxlParts parts, Placement.DType wanted) throws RefractException {
        PartWeights weights = new PartWeights();
        try {
            for (SdxlParts.Part part : parts.all()) {
                Checkpoint checkpoint = files.weights(part.name(), wanted);
                weights.open.put(part.name(), checkpoint);
                Optional<Spelling> written = Spellings.find(part.module(), checkpoint.file().weights().keySet());
                weights.found.put(part.name(), checkpoint.match(part.module(), written.isPresent() ? written.get() : files.spelling(part.module())));
                long behind = checkpoint.file().bytesBehind();
                if (behind > 0) {
                    weights.notes.add("%s has %d bytes behind its last tensor, which are passed over.".formatted(checkpoint.file().location(), behind));
                }
            }
            return weights;
        } catch (RefractException | RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    /** What is odd about the files and does no harm, a sentence each. */
    Set<String> notes() {
        return notes;
    }

    /** Fills a part's weights and closes its file, so that no more than one part is in memory as file and as weights. */
    void fill(SdxlParts.Part part, Scope owner, WeightChanges changes) throws RefractException {
        found.get(part.name()).fill(owner, changes);
        open.get(part.name()).close();
    }

    /** The fingerprint of all of them, with what is added to them. */
    String fingerprint(List<Fingerprint.Added> added) throws RefractException {
        return Fingerprint.of(found, added);
    }

    @Override
    public void close() {
        open.values().forEach(Checkpoint::close);
    }
}
