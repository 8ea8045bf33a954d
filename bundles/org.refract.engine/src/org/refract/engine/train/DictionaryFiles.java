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
import org.refract.engine.sae.DictionaryPlace;
import org.refract.engine.source.BatchSource;

/**
 * Writes dictionaries as checkpoints with their provenance.
 *
 * @param format the checkpoints'
 */
public record DictionaryFiles(CheckpointFormat format) implements Results {

    @Override
    public List<Path> write(Path place, Learner learner, BatchSource source, Map<String, String> facts) throws RefractException {
        Provenance data = source.provenance().orElseThrow();
        Map<String, String> all = new TreeMap<>(data.facts());
        all.putAll(facts);
        Provenance provenance = new Provenance(data.model(), data.modelFingerprint(), data.point(), all);
        SaeTrainer trainer = (SaeTrainer) learner;
        return new DictionaryPlace(format, place)
                .writeInto(new CheckpointFormat.Checkpoint(trainer.sae().config(), trainer.result(), Optional.of(provenance)));
    }
}
