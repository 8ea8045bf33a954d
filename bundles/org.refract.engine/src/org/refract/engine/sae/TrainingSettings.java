package org.refract.engine.sae;

import java.util.List;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.RefractException;
import org.refract.api.Settings;

/**
 * The settings that every trainer of a published form has.
 *
 * @param lr                  Adam's learning rate
 * @param beta1               decay of its first moment
 * @param beta2               decay of its second moment
 * @param eps                 added to the root of the second moment
 * @param clip                the largest norm of all gradients together; 0 clips nothing
 * @param unitDecoder         whether decoder rows are kept unit vectors, and their gradients orthogonal to them
 * @param warmupSteps         steps in which the learning rate grows from 0
 * @param sparsityWarmupSteps steps in which the sparsity terms' weight grows from 0
 * @param deadTokens          a latent is dead after this many samples without being active
 */
public record TrainingSettings(double lr, double beta1, double beta2, double eps, double clip, boolean unitDecoder, long warmupSteps,
        long sparsityWarmupSteps, long deadTokens) {

    private static final Optional<String> DICTIONARY_LEARNING = Optional.of("saprmarks/dictionary_learning, trainers/trainer.py");
    private static final Optional<String> SAELENS = Optional.of("SAELens, training/sae_trainer.py");
    private static final Optional<String> ADAM = Optional.of("Kingma and Ba 2015");

    /** What a person may set. */
    public static final List<Hyperparameter> HYPERPARAMETERS = List.of(
            new Hyperparameter("lr", Kind.REAL, "3e-4", "a positive number", SAELENS),
            new Hyperparameter("beta1", Kind.REAL, "0.9", "a number from 0 to below 1", ADAM),
            new Hyperparameter("beta2", Kind.REAL, "0.999", "a number from 0 to below 1", ADAM),
            new Hyperparameter("eps", Kind.REAL, "1e-8", "a positive number", ADAM),
            new Hyperparameter("clip", Kind.REAL, "1", "a number that is not negative; 0 clips nothing", SAELENS),
            new Hyperparameter("decoder_constraint", Kind.CHOICE, "none", "none|unit", DICTIONARY_LEARNING),
            new Hyperparameter("warmup_steps", Kind.INTEGER, "0", "an integer that is not negative", DICTIONARY_LEARNING),
            new Hyperparameter("sparsity_warmup_steps", Kind.INTEGER, "0", "an integer that is not negative", DICTIONARY_LEARNING),
            new Hyperparameter("dead_tokens", Kind.INTEGER, "10000000", "a positive integer", DICTIONARY_LEARNING),
            new Hyperparameter("decoder_init_norm", Kind.REAL, "0.1", "a positive number", SAELENS),
            new Hyperparameter("b_dec_init", Kind.CHOICE, "zeros", "zeros|mean|geometric_median", SAELENS));

    /** Reads and checks them. */
    public static TrainingSettings of(Settings s) throws RefractException {
        within(s, "lr", Double.MIN_NORMAL, Double.MAX_VALUE);
        within(s, "beta1", 0, Math.nextDown(1.0));
        within(s, "beta2", 0, Math.nextDown(1.0));
        within(s, "eps", Double.MIN_NORMAL, Double.MAX_VALUE);
        within(s, "clip", 0, Double.MAX_VALUE);
        within(s, "warmup_steps", 0, Long.MAX_VALUE);
        within(s, "sparsity_warmup_steps", 0, Long.MAX_VALUE);
        within(s, "dead_tokens", 1, Long.MAX_VALUE);
        within(s, "decoder_init_norm", Double.MIN_NORMAL, Double.MAX_VALUE);
        return new TrainingSettings(s.real("lr"), s.real("beta1"), s.real("beta2"), s.real("eps"), s.real("clip"),
                s.text("decoder_constraint").equals("unit"), s.integer("warmup_steps"), s.integer("sparsity_warmup_steps"), s.integer("dead_tokens"));
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
        return lr * share(step, warmupSteps);
    }

    /** The share of the sparsity terms' weight in a step, counted from 0. */
    public double sparsity(long step) {
        return share(step, sparsityWarmupSteps);
    }

    private static double share(long step, long warmup) {
        return warmup == 0 ? 1 : Math.min((double) step / warmup, 1);
    }
}
