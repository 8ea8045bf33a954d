package org.refract.engine.train;

import org.refract.api.RefractException;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.source.BatchSource;
import org.refract.engine.source.StoreSource;
import org.refract.engine.store.ActivationStore;

/**
 * One thing to learn.
 *
 * @param name     its folder under the plan's folder and its prefix in live metrics; for a dictionary of a hook point {@link
 *                 ActivationStore#folderName}
 * @param learning what is learnt
 * @param source   what it learns from; the caller closes what it reads after the training
 */
public record TrainingTask(String name, Learning learning, BatchSource source) {

    /** A dictionary. */
    public TrainingTask(String name, SaeVariant variant, SaeConfig config, BatchSource source) {
        this(name, new SaeLearning(variant, config), source);
    }

    /** A dictionary of one store's vectors. */
    public TrainingTask(String name, SaeVariant variant, SaeConfig config, ActivationStore store) {
        this(name, variant, config, StoreSource.of(store));
    }

    void check() throws RefractException {
        if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.+=-]{0,199}")) {
            throw RefractException.usage("'%s' cannot be the name of a dictionary: use letters, digits, points and hyphens.", name);
        }
        source.check();
        learning.check(source);
    }
}
