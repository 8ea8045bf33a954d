package org.refract.sae.panneal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Loss;
import org.refract.engine.sae.PublishedVariant;
import org.refract.engine.sae.SaeForm;

/**
 * {@code L = ‖x̂ − x‖² + λ Σ_i z_i^p}: p falls from {@code p_start} to {@code p_end} between two steps in {@code n_sparsity_updates} jumps, and
 * at each λ is multiplied so that the penalty of the last steps stays what it was. As dictionary_learning's PAnnealTrainer; Karvonen et al.
 * 2024. What it trains computes as a ReLU autoencoder does.
 */
@Component(service = SaeVariant.class)
public final class PAnnealVariant extends PublishedVariant {

    private static final Optional<String> TRAINER = Optional.of("saprmarks/dictionary_learning, trainers/p_anneal.py");
    private static final Optional<String> PAPER = Optional.of("Karvonen et al. 2024, Measuring progress in dictionary learning, appendix");

    /** The one variant. */
    public PAnnealVariant() {
        super(SaeForm.PANNEAL, List.of(
                new Hyperparameter("sparsity_function", Kind.CHOICE, "Lp^p", "Lp|Lp^p", PAPER),
                new Hyperparameter("sparsity_penalty", Kind.REAL, "0.1", Interval.NOT_NEGATIVE.saying(", the weight while p is p_start"), TRAINER),
                new Hyperparameter("p_start", Kind.REAL, "1", Interval.POSITIVE, TRAINER),
                new Hyperparameter("p_end", Kind.REAL, "0.2", Interval.POSITIVE, PAPER),
                new Hyperparameter("anneal_start", Kind.INTEGER, "1000", Interval.NOT_NEGATIVE.upTo(Integer.MAX_VALUE - 1).saying(", the step at which p begins to fall"), Optional.empty()),
                new Hyperparameter("anneal_end", Kind.INTEGER, "3000", Interval.from(1).saying(", a later step, at which p has become p_end"), Optional.empty()),
                new Hyperparameter("n_sparsity_updates", Kind.INTEGER, "10", Interval.from(2).saying(", at most the steps between both"), TRAINER),
                new Hyperparameter("sparsity_queue_length", Kind.INTEGER, "10", Interval.between(1, 1 << 20).saying(", the steps that λ is adapted to"), TRAINER),
                new Hyperparameter("decoder_constraint", Kind.CHOICE, "unit", "none|unit", TRAINER),
                new Hyperparameter("decoder_init_norm", Kind.REAL, "1", Interval.POSITIVE, TRAINER),
                new Hyperparameter("clip", Kind.REAL, "0", Interval.NOT_NEGATIVE.saying("; 0 clips nothing"), TRAINER),
                new Hyperparameter("sparsity_warmup_steps", Kind.INTEGER, "0", Interval.NOT_NEGATIVE, TRAINER)));
    }

    @Override
    public String description() {
        return "z = ReLU(W_enc (x − b_dec) + b_enc), x̂ = W_dec z + b_dec, penalty Σ z^p with falling p; Karvonen et al. 2024, p-annealing";
    }

    @Override
    protected Map<String, NDArray> begin(NDManager out, SaeConfig config, Settings settings) {
        return Map.of("b_enc", filled(out, config, 0));
    }

    @Override
    protected Loss loss(DenseSae sae, Settings settings) throws RefractException {
        return new PAnnealLoss(settings, Annealing.of(settings));
    }
}
