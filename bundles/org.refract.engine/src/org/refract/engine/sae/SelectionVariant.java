package org.refract.engine.sae;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.engine.sae.SparseRule.Points;
import org.refract.engine.sae.SparseRule.Revival;
import org.refract.engine.sae.SparseRule.Rule;
import org.refract.engine.sae.SparseRule.Selection;
import org.refract.engine.sae.SparseRule.Threshold;

/**
 * A variant that keeps a fixed number of latents, per sample or per batch. Its loss is the squared errors of one or several nested
 * reconstructions and an auxiliary loss that revives dead latents.
 */
public abstract class SelectionVariant extends SparseVariant {

    private static final Optional<String> DICTIONARY_LEARNING = Optional.of("saprmarks/dictionary_learning, trainers/batch_top_k.py");
    private static final Optional<String> SAELENS = Optional.of("SAELens, saes/topk_sae.py");

    /** What a person may set. */
    private static final List<Hyperparameter> HYPERPARAMETERS = List.of(
            new Hyperparameter("auxk", Kind.CHOICE, "saelens", "none|saelens|dictionary_learning", SAELENS),
            new Hyperparameter("auxk_coefficient", Kind.REAL, "1", Interval.NOT_NEGATIVE, SAELENS),
            new Hyperparameter("threshold_beta", Kind.REAL, "0.99", Interval.fromToBelow(0, 1), Optional.of("SAELens, saes/batchtopk_sae.py")),
            new Hyperparameter("threshold_start_step", Kind.INTEGER, "-1", Interval.from(-1).saying(", the step after which the threshold follows"), DICTIONARY_LEARNING),
            new Hyperparameter("init_threshold", Kind.REAL, "0", Interval.ANY.saying("; below 0 the first activations set it"), DICTIONARY_LEARNING));

    /** @param own the settings of this variant alone */
    protected SelectionVariant(SaeForm form, List<Hyperparameter> own) {
        super(form, joined(HYPERPARAMETERS, own));
    }

    /** Latents of the nested reconstructions, ascending; the last is all. */
    protected long[] widths(DenseSae sae) throws RefractException {
        return new long[] {sae.config().latents()};
    }

    /** Weights of their squared errors. */
    protected double[] weights(long[] widths, Settings settings) {
        double[] weights = new double[widths.length];
        Arrays.fill(weights, 1);
        return weights;
    }

    @Override
    protected final SparseTrainer.Names names(DenseSae sae) throws RefractException {
        long[] widths = widths(sae);
        List<String> squares = new ArrayList<>();
        Arrays.stream(widths, 0, widths.length - 1).forEach(width -> squares.add("inner_mse_loss_" + width));
        squares.add("mse_loss");
        return new SparseTrainer.Names(squares, "auxiliary_reconstruction_loss");
    }

    @Override
    protected final SparseRule rule(DenseSae sae, Settings settings, TrainingSettings training) throws RefractException {
        long[] widths = widths(sae);
        settings.within("k", Double.MIN_NORMAL, sae.config().latents());
        boolean batch = sae.form() == SaeForm.BATCHTOPK || sae.form() == SaeForm.MATRYOSHKA;
        Selection selection = batch ? Selection.BATCHTOPK : Selection.valueOf(settings.text("activation").toUpperCase(Locale.ROOT));
        Rule whose = switch (settings.text("auxk")) {
            case "saelens" -> Rule.SAELENS;
            case "dictionary_learning" -> Rule.DICTIONARY_LEARNING;
            default -> Rule.NONE;
        };
        Revival revival = new Revival(whose, Math.max(sae.config().outputWidth() / 2, 1), settings.real("auxk_coefficient"), training.deadTokens());
        Threshold threshold = new Threshold(sae.tensors().containsKey("threshold"), !batch, settings.real("threshold_beta"),
                settings.integer("threshold_start_step"));
        return new SparseRule(selection, settings.real("k"), settings.real("k_start"), settings.integer("k_anneal_steps"),
                settings.flag("apply_b_dec_to_input"), settings.flag("rescale_acts_by_decoder_norm"), Products.of(settings), widths,
                weights(widths, settings), 0, revival, 0, threshold, Points.ONE);
    }
}
