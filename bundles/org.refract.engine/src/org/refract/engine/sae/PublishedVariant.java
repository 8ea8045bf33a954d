package org.refract.engine.sae;

import java.util.List;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.SaeTrainer;

/** A variant that says its loss, and is trained by the gradients of it. */
public abstract class PublishedVariant extends FormVariant {

    /** Steps in which the weight of the sparsity terms grows from 0, for variants that have such terms. */
    protected static final Hyperparameter SPARSITY_WARMUP = new Hyperparameter("sparsity_warmup_steps", Kind.INTEGER, "0",
            "an integer that is not negative", Optional.of("saprmarks/dictionary_learning, trainers/trainer.py"));

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
        long warmup = 0;
        if (hyperparameters().stream().anyMatch(h -> h.name().equals(SPARSITY_WARMUP.name()))) {
            TrainingSettings.within(settings, SPARSITY_WARMUP.name(), 0, Long.MAX_VALUE);
            warmup = settings.integer(SPARSITY_WARMUP.name());
        }
        return new DenseTrainer(sae, objective(sae, settings), TrainingSettings.of(settings), warmup);
    }
}
