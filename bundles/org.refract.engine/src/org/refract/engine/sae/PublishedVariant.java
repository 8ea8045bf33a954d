package org.refract.engine.sae;

import java.util.List;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.SaeTrainer;

/**
 * A variant that says its loss, which has a sparsity term, and is trained by the gradients of it; by some settings it may keep a fixed number of
 * latents instead.
 */
public abstract class PublishedVariant extends FormVariant {

    private static final Hyperparameter SPARSITY_WARMUP = new Hyperparameter("sparsity_warmup_steps", Kind.INTEGER, "0",
            Interval.NOT_NEGATIVE, Optional.of("saprmarks/dictionary_learning, trainers/trainer.py"));

    /**
     * @param own the settings of this variant's loss; one of a name that all forms share replaces its default
     */
    protected PublishedVariant(SaeForm form, List<Hyperparameter> own) {
        super(form, joined(List.of(SPARSITY_WARMUP), own));
    }

    /**
     * What the fused sparse step computes.
     *
     * @param names what its loss terms are called
     */
    public record Selected(SparseRule rule, SparseTrainer.Names names) {
    }

    /** What the sparse step computes, if an SAE of these settings keeps a fixed number of latents. */
    protected Optional<Selected> selected(DenseSae sae, Settings settings, TrainingSettings training) throws RefractException {
        return Optional.empty();
    }

    /** The loss of one SAE that does not. */
    protected abstract Loss loss(DenseSae sae, Settings settings) throws RefractException;

    /** What a training of an autoencoder minimises under the autoencoder's own settings. */
    public final Loss loss(DenseSae sae) throws RefractException {
        return loss(sae, sae.config().settings());
    }

    @Override
    protected final SaeTrainer train(DenseSae sae, Settings settings, int batch) throws RefractException {
        TrainingSettings training = TrainingSettings.of(settings);
        Optional<Selected> selected = selected(sae, settings, training);
        if (selected.isPresent()) {
            return SparseVariant.train(sae, settings, training, selected.get().rule(), selected.get().names(), batch);
        }
        return new DenseTrainer(sae, loss(sae, settings), training, settings.integer(SPARSITY_WARMUP.name()));
    }
}
