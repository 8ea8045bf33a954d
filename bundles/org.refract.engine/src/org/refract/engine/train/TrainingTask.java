package org.refract.engine.train;

import org.refract.api.RefractException;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.source.BatchSource;
import org.refract.engine.source.StoreSource;
import org.refract.engine.store.ActivationStore;

/**
 * One autoencoder to train.
 *
 * @param name its folder under the plan's folder and its prefix in live metrics; for a dictionary of a hook point {@link
 *     ActivationStore#folderName}
 * @param variant its architecture
 * @param config its size and settings
 * @param source what it learns from; the caller closes what it reads after the training
 */
public record TrainingTask(String name, SaeVariant variant, SaeConfig config, BatchSource source) {

    /** An autoencoder of one store's vectors. */
    public TrainingTask(String name, SaeVariant variant, SaeConfig config, ActivationStore store) {
        this(name, variant, config, StoreSource.of(store));
    }

    void check() throws RefractException {
        if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.+=-]{0,199}")) {
            throw RefractException.usage("'%s' cannot be the name of a dictionary: use letters, digits, points and hyphens.", name);
        }
        source.check();
        if (config.width() != source.width()) {
            throw RefractException.usage("An autoencoder of width %d cannot learn from %s, whose vectors have width %d.", config.width(), place(),
                    source.width());
        }
        if (config.outputWidth() != source.targetWidth()) {
            throw RefractException.usage("An autoencoder that writes vectors of width %d cannot learn from %s, whose targets have width %d.",
                    config.outputWidth(), place(), source.targetWidth());
        }
    }

    private String place() {
        return source instanceof StoreSource stores ? stores.inputs().getFirst().folder().toString() : source.provenance().point().toString();
    }
}
