package org.refract.engine.sae;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.engine.optimise.Constraint;
import org.refract.engine.optimise.OptimiserSettings;

/**
 * The settings that the training of every autoencoder has.
 *
 * @param optimiser     Adam, its schedule, clipping and moving average
 * @param constraint    what keeps decoder rows unit vectors
 * @param deadTokens    a latent is dead after this many samples without being active
 * @param keepsAverage  whether the moving average of the weights, if there is one, and not the last weights, is what training leaves
 * @param resampling    how dead latents begin anew
 */
public record TrainingSettings(OptimiserSettings optimiser, Constraint constraint, long deadTokens, boolean keepsAverage, Resampling.Plan resampling) {

    private static final Optional<String> DICTIONARY_LEARNING = Optional.of("saprmarks/dictionary_learning, trainers/trainer.py");
    private static final Optional<String> SAELENS = Optional.of("SAELens, training/sae_trainer.py");
    private static final Optional<String> OPENAI = Optional.of("openai/sparse_autoencoder; Gao et al. 2024, appendix A");
    private static final Optional<String> BRICKEN = Optional.of("Bricken et al. 2023, Towards monosemanticity, neuron resampling");

    /** What a person may set. */
    public static final List<Hyperparameter> HYPERPARAMETERS = Stream.concat(OptimiserSettings.ADAM_SETTINGS.stream(), Stream.of(
            new Hyperparameter("decoder_constraint", Kind.CHOICE, "none", "none|unit_first|unit", DICTIONARY_LEARNING),
            new Hyperparameter("dead_tokens", Kind.INTEGER, "10000000", Interval.from(1), DICTIONARY_LEARNING),
            new Hyperparameter("decoder_init_norm", Kind.REAL, "0.1", Interval.POSITIVE, SAELENS),
            new Hyperparameter("b_dec_init", Kind.CHOICE, "zeros", "zeros|mean|geometric_median", SAELENS),
            new Hyperparameter("ema_checkpoint", Kind.FLAG, "true", "true or false", OPENAI),
            new Hyperparameter("resample_every", Kind.INTEGER, "0", Interval.NOT_NEGATIVE.saying(", steps; 0 resamples nothing"), BRICKEN),
            new Hyperparameter("resample_until", Kind.INTEGER, "100000", Interval.NOT_NEGATIVE.saying(", the last step that may resample"), BRICKEN))).toList();

    /** Reads and checks them. */
    public static TrainingSettings of(Settings s) throws RefractException {
        return new TrainingSettings(OptimiserSettings.of(s), Constraint.valueOf(s.text("decoder_constraint").toUpperCase(Locale.ROOT)), s.integer("dead_tokens"),
                s.flag("ema_checkpoint"), new Resampling.Plan(s.integer("resample_every"), s.integer("resample_until")));
    }
}
