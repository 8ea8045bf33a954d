package org.refract.engine.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.refract.api.Learner;
import org.refract.api.RefractException;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.Provenance;
import org.refract.api.sae.SaeTrainer;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.MadeBeside;
import org.refract.engine.sae.DictionaryPlace;
import org.refract.engine.source.BatchSource;

/**
 * Writes dictionaries as checkpoints with their provenance.
 *
 * @param format the checkpoints'
 */
public record DictionaryFiles(CheckpointFormat format) implements Results {

    /** Writes what was not learnt yet, and throws it away: only the format knows what it holds. A disk that is full now may have room in the end. */
    @Override
    public void check(Path place, Learner learner, BatchSource source) throws RefractException {
        try (MadeBeside made = MadeBeside.of(place)) {
            format.write(checkpoint(learner, source, Map.of()), made.path());
        } catch (RefractException e) {
            if (!FileFailure.isFull(e)) {
                throw e;
            }
        }
    }

    @Override
    public List<Path> write(Path place, Learner learner, BatchSource source, Map<String, String> facts) throws RefractException {
        return new DictionaryPlace(format, place).writeInto(checkpoint(learner, source, facts));
    }

    private static CheckpointFormat.Checkpoint checkpoint(Learner learner, BatchSource source, Map<String, String> facts) {
        Provenance data = source.provenance().orElseThrow();
        Map<String, String> all = new TreeMap<>(data.facts());
        all.putAll(facts);
        Provenance provenance = new Provenance(data.model(), data.modelFingerprint(), data.point(), all);
        return new CheckpointFormat.Checkpoint(((SaeTrainer) learner).sae().config(), learner.result(), Optional.of(provenance));
    }
}
