package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.SaeTrainer;
import org.refract.engine.sae.SparseRule.Selection;

/** A variant that keeps a fixed number of latents, per sample or per batch, and is trained by {@link SparseTrainer}. */
public abstract class SparseVariant extends FormVariant {

    private static final Optional<String> DICTIONARY_LEARNING = Optional.of("saprmarks/dictionary_learning, trainers/batch_top_k.py");

    /** How k changes, and in which numbers products are computed. */
    public static final List<Hyperparameter> ANNEALING = List.of(
            new Hyperparameter("k_start", Kind.REAL, "0", Interval.NOT_NEGATIVE.saying(", the k of the first step, from which k changes evenly in k_anneal_steps"), DICTIONARY_LEARNING),
            new Hyperparameter("k_anneal_steps", Kind.INTEGER, "0", Interval.NOT_NEGATIVE.saying("; 0 keeps k"), DICTIONARY_LEARNING),
            Products.HYPERPARAMETER);

    /** @param own the settings of this variant's loss; one of a name that all forms share replaces its default */
    protected SparseVariant(SaeForm form, List<Hyperparameter> own) {
        super(form, joined(ANNEALING, own));
    }

    /** What is computed and minimised. */
    protected abstract SparseRule rule(DenseSae sae, Settings settings, TrainingSettings training) throws RefractException;

    /** What its loss terms are called. */
    protected abstract SparseTrainer.Names names(DenseSae sae) throws RefractException;

    @Override
    protected final SaeTrainer train(DenseSae sae, Settings settings, int batch) throws RefractException {
        TrainingSettings training = TrainingSettings.of(settings);
        return train(sae, settings, training, rule(sae, settings, training), names(sae), batch);
    }

    static SaeTrainer train(DenseSae sae, Settings settings, TrainingSettings training, SparseRule rule, SparseTrainer.Names names, int batch)
            throws RefractException {
        NDArray threshold = sae.tensors().get("threshold");
        int unit = rule.selection() == Selection.GROUPMAX ? sae.config().latents() / (int) rule.k() : 1;
        StepBlocks blocks = StepBlocks.of(sae.scope().placement(), batch, sae.config().width(), sae.config().latents(), unit);
        return new SparseTrainer(sae, sae.scope(), sae.sparseWeights(), rule, training, names,
                new SparseTrainer.Counters(Optional.empty(), threshold == null ? List.of() : List.of(threshold), false), sae.normalisation(), batch, blocks,
                sae::weightsChanged);
    }
}
