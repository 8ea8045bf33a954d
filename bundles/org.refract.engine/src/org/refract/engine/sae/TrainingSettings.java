package org.refract.engine.sae;

import java.util.List;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;

/**
 * The settings that every trainer has.
 *
 * @param lr            Adam's learning rate
 * @param beta1         decay of its first moment
 * @param beta2         decay of its second moment
 * @param eps           added to the root of the second moment
 * @param clip          the largest norm of all gradients together; 0 clips nothing
 * @param clipValue     the largest magnitude of a number of a gradient, above and below; 0 clips nothing
 * @param constraint    what keeps decoder rows unit vectors
 * @param schedule      how the learning rate changes
 * @param deadTokens    a latent is dead after this many samples without being active
 * @param average       the moving average of the weights
 * @param resampling    how dead latents begin anew
 */
public record TrainingSettings(double lr, double beta1, double beta2, double eps, double clip, double clipValue, Constraint constraint,
        Schedule schedule, long deadTokens, Average average, Resampling.Plan resampling) {

    private static final Optional<String> DICTIONARY_LEARNING = Optional.of("saprmarks/dictionary_learning, trainers/trainer.py");
    private static final Optional<String> SAELENS = Optional.of("SAELens, training/sae_trainer.py");
    private static final Optional<String> SAELENS_SCHEDULE = Optional.of("SAELens, training/optim.py");
    private static final Optional<String> ADAM = Optional.of("Kingma and Ba 2015");
    private static final Optional<String> OPENAI = Optional.of("openai/sparse_autoencoder; Gao et al. 2024, appendix A");
    private static final Optional<String> BRICKEN = Optional.of("Bricken et al. 2023, Towards monosemanticity, neuron resampling");

    /** What keeps the decoder's rows unit vectors; with any but the first their gradients are kept orthogonal to them. */
    public enum Constraint {
        /** Nothing. */
        NONE,
        /** They are made unit vectors before Adam moves them (openai/sparse_autoencoder). */
        UNIT_FIRST,
        /** They are made unit vectors after Adam moved them (dictionary_learning). */
        UNIT
    }

    /**
     * A moving average of the weights.
     *
     * @param decay of what went before, in a step; 0 keeps no average
     * @param kept  whether it, and not the last weights, is what training leaves
     */
    public record Average(double decay, boolean kept) {
    }

    /** What a person may set. */
    public static final List<Hyperparameter> HYPERPARAMETERS = List.of(
            new Hyperparameter("lr", Kind.REAL, "3e-4", Interval.POSITIVE, SAELENS),
            new Hyperparameter("beta1", Kind.REAL, "0.9", Interval.fromToBelow(0, 1), ADAM),
            new Hyperparameter("beta2", Kind.REAL, "0.999", Interval.fromToBelow(0, 1), ADAM),
            new Hyperparameter("eps", Kind.REAL, "1e-8", Interval.POSITIVE, ADAM),
            new Hyperparameter("clip", Kind.REAL, "1", Interval.NOT_NEGATIVE.saying("; 0 clips nothing"), SAELENS),
            new Hyperparameter("clip_value", Kind.REAL, "0", Interval.NOT_NEGATIVE.saying("; 0 clips nothing"), Optional.empty()),
            new Hyperparameter("decoder_constraint", Kind.CHOICE, "none", "none|unit_first|unit", DICTIONARY_LEARNING),
            new Hyperparameter("warmup_steps", Kind.INTEGER, "0", Interval.NOT_NEGATIVE, DICTIONARY_LEARNING),
            new Hyperparameter("lr_schedule", Kind.CHOICE, "constant", "constant|linear|cosine", SAELENS_SCHEDULE),
            new Hyperparameter("decay_start_step", Kind.INTEGER, "0", Interval.NOT_NEGATIVE, DICTIONARY_LEARNING),
            new Hyperparameter("decay_steps", Kind.INTEGER, "0", Interval.NOT_NEGATIVE.saying("; above 0 unless lr_schedule is constant"),
                    SAELENS_SCHEDULE),
            new Hyperparameter("lr_end", Kind.REAL, "0", Interval.NOT_NEGATIVE.saying(", the rate after decay_steps"), SAELENS_SCHEDULE),
            new Hyperparameter("dead_tokens", Kind.INTEGER, "10000000", Interval.from(1), DICTIONARY_LEARNING),
            new Hyperparameter("decoder_init_norm", Kind.REAL, "0.1", Interval.POSITIVE, SAELENS),
            new Hyperparameter("b_dec_init", Kind.CHOICE, "zeros", "zeros|mean|geometric_median", SAELENS),
            new Hyperparameter("ema_decay", Kind.REAL, "0", Interval.fromToBelow(0, 1).saying("; 0 keeps no average"), OPENAI),
            new Hyperparameter("ema_checkpoint", Kind.FLAG, "true", "true or false", OPENAI),
            new Hyperparameter("resample_every", Kind.INTEGER, "0", Interval.NOT_NEGATIVE.saying(", steps; 0 resamples nothing"), BRICKEN),
            new Hyperparameter("resample_until", Kind.INTEGER, "100000", Interval.NOT_NEGATIVE.saying(", the last step that may resample"), BRICKEN));

    /** Reads and checks them. */
    public static TrainingSettings of(Settings s) throws RefractException {
        Constraint constraint = switch (s.text("decoder_constraint")) {
            case "unit" -> Constraint.UNIT;
            case "unit_first" -> Constraint.UNIT_FIRST;
            default -> Constraint.NONE;
        };
        return new TrainingSettings(s.real("lr"), s.real("beta1"), s.real("beta2"), s.real("eps"), s.real("clip"), s.real("clip_value"), constraint,
                Schedule.of(s), s.integer("dead_tokens"), new Average(s.real("ema_decay"), s.flag("ema_checkpoint")),
                new Resampling.Plan(s.integer("resample_every"), s.integer("resample_until")));
    }

    /** Refuses a number outside its bounds, with the bounds in the sentence. */
    public static void within(Settings settings, String name, double least, double most) throws RefractException {
        double value = settings.real(name);
        if (!(value >= least && value <= most)) {
            String from = least == Double.MIN_NORMAL ? "above 0" : "at least " + plain(least);
            throw RefractException.usage("The setting '%s' cannot be %s: it must be %s%s.", name, settings.text(name), from,
                    most >= Float.MAX_VALUE ? "" : " and at most " + plain(most));
        }
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    /** The learning rate of a step, counted from 0. */
    public double lr(long step) {
        return lr * schedule.share(lr, step);
    }

    /** What the kernels' Adam needs in a step, counted from 0: beta1, beta2, eps, rate, correction, decay of the average. */
    double[] adam(long step) {
        return new double[] {beta1, beta2, eps, lr(step) / (1 - Math.pow(beta1, step + 1)), Math.sqrt(1 - Math.pow(beta2, step + 1)), average.decay()};
    }
}
