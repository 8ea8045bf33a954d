package org.refract.engine.sae;

import java.util.List;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.SaeTrainer;

/** A variant that says its loss, and is trained by the gradients of it. */
public abstract class PublishedVariant extends FormVariant {

    /**
     * @param own the settings of this variant's loss; one of a name that all forms share replaces its default
     */
    protected PublishedVariant(SaeForm form, List<Hyperparameter> own) {
        super(form, own);
    }

    /** The loss of one SAE. */
    protected abstract Objective objective(DenseSae sae, Settings settings) throws RefractException;

    @Override
    final SaeTrainer train(DenseSae sae, Settings settings, int batch) throws RefractException {
        TrainingSettings.within(settings, "sparsity_warmup_steps", 0, Long.MAX_VALUE);
        return new DenseTrainer(sae, objective(sae, settings), TrainingSettings.of(settings), settings.integer("sparsity_warmup_steps"));
    }
}
