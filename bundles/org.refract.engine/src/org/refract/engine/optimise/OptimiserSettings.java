package org.refract.engine.optimise;

import java.util.List;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;

/**
 * The settings of an {@link Optimiser}.
 *
 * @param lr          Adam's learning rate
 * @param beta1       decay of its first moment
 * @param beta2       decay of its second moment
 * @param eps         added to the root of the second moment
 * @param weightDecay share of a decaying parameter that a step at rate 1 takes away, apart from its gradient (AdamW)
 * @param clip        the largest norm of all gradients together; 0 clips nothing
 * @param clipValue   the largest magnitude of a number of a gradient; 0 clips nothing
 * @param schedule    how the learning rate changes
 * @param average     decay of the parameters' moving averages in a step; 0 keeps none
 * @param guarded     whether a step whose gradients are not finite is left out; asking costs a wait for the device
 */
public record OptimiserSettings(double lr, double beta1, double beta2, double eps, double weightDecay, double clip, double clipValue, Schedule schedule,
        double average, boolean guarded) {

    private static final Optional<String> SAELENS = Optional.of("SAELens, training/sae_trainer.py");
    private static final Optional<String> SAELENS_SCHEDULE = Optional.of("SAELens, training/optim.py");
    private static final Optional<String> DICTIONARY_LEARNING = Optional.of("saprmarks/dictionary_learning, trainers/trainer.py");
    private static final Optional<String> ADAM = Optional.of("Kingma and Ba 2015");
    private static final Optional<String> OPENAI = Optional.of("openai/sparse_autoencoder; Gao et al. 2024, appendix A");

    /** What every optimiser can be set to; their defaults are those of autoencoders. */
    public static final List<Hyperparameter> ADAM_SETTINGS = List.of(
            new Hyperparameter("lr", Kind.REAL, "3e-4", Interval.POSITIVE, SAELENS),
            new Hyperparameter("beta1", Kind.REAL, "0.9", Interval.fromToBelow(0, 1), ADAM),
            new Hyperparameter("beta2", Kind.REAL, "0.999", Interval.fromToBelow(0, 1), ADAM),
            new Hyperparameter("eps", Kind.REAL, "1e-8", Interval.POSITIVE, ADAM),
            new Hyperparameter("clip", Kind.REAL, "1", Interval.NOT_NEGATIVE.saying("; 0 clips nothing"), SAELENS),
            new Hyperparameter("clip_value", Kind.REAL, "0", Interval.NOT_NEGATIVE.saying("; 0 clips nothing"), Optional.empty()),
            new Hyperparameter("warmup_steps", Kind.INTEGER, "0", Interval.NOT_NEGATIVE, DICTIONARY_LEARNING),
            new Hyperparameter("lr_schedule", Kind.CHOICE, "constant", "constant|linear|cosine", SAELENS_SCHEDULE),
            new Hyperparameter("decay_start_step", Kind.INTEGER, "0", Interval.NOT_NEGATIVE, DICTIONARY_LEARNING),
            new Hyperparameter("decay_steps", Kind.INTEGER, "0", Interval.NOT_NEGATIVE.saying("; above 0 unless lr_schedule is constant"),
                    SAELENS_SCHEDULE),
            new Hyperparameter("lr_end", Kind.REAL, "0", Interval.NOT_NEGATIVE.saying(", the rate after decay_steps"), SAELENS_SCHEDULE),
            new Hyperparameter("ema_decay", Kind.REAL, "0", Interval.fromToBelow(0, 1).saying("; 0 keeps no average"), OPENAI));

    /** What a network's can be set to besides. */
    public static final List<Hyperparameter> NETWORK_SETTINGS = List.of(
            new Hyperparameter("weight_decay", Kind.REAL, "0.01", Interval.NOT_NEGATIVE, Optional.of("Loshchilov and Hutter 2019, AdamW; torch.optim.AdamW")),
            new Hyperparameter("skip_not_finite", Kind.FLAG, "true", "true or false", Optional.of("torch.amp.GradScaler")));

    /** Reads and checks them; what a family of learners does not let a person set is off. */
    public static OptimiserSettings of(Settings s) throws RefractException {
        boolean network = s.asMap().containsKey("weight_decay");
        return new OptimiserSettings(s.real("lr"), s.real("beta1"), s.real("beta2"), s.real("eps"), network ? s.real("weight_decay") : 0, s.real("clip"),
                s.real("clip_value"), Schedule.of(s), s.real("ema_decay"), network && s.flag("skip_not_finite"));
    }

    /** The learning rate of a step, counted from 0. */
    public double lr(long step) {
        return lr * schedule.share(lr, step);
    }

    /** {@code numbers} of {@code optimiser.ts.py} in a step, counted from 0, in the order in which it unpacks them. */
    public double[] numbers(long step) {
        return new double[] {beta1, beta2, eps, lr(step) / (1 - Math.pow(beta1, step + 1)), Math.sqrt(1 - Math.pow(beta2, step + 1)), average,
            lr(step) * weightDecay};
    }
}
