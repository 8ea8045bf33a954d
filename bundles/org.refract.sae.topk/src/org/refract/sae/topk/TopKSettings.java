package org.refract.sae.topk;

import java.util.List;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.SaeConfig;

/**
 * The settings of a TopK autoencoder. The defaults are those of the released SDXL Turbo dictionaries.
 *
 * @param k active latents per sample
 * @param auxk dead latents that take part in the auxiliary term
 * @param auxkCoef its weight
 * @param lr Adam's learning rate
 * @param beta1 decay of Adam's first moment
 * @param beta2 decay of Adam's second moment
 * @param eps added to the root of the second moment
 * @param deadTokens a latent is dead after this many samples without firing
 */
record TopKSettings(int k, int auxk, double auxkCoef, double lr, double beta1, double beta2, double eps, long deadTokens) {

    private static final Optional<String> UNBOX = Optional.of("surkovv/sdxl-unbox, scripts/train_sae.py");
    private static final Optional<String> OPENAI = Optional.of("openai/sparse_autoencoder; Gao et al. 2024, appendix A");

    /** What a person may set. */
    static final List<Hyperparameter> HYPERPARAMETERS =
            List.of(
                    new Hyperparameter("k", Kind.INTEGER, "10", "an integer from 1 to the number of latents", UNBOX),
                    new Hyperparameter("auxk", Kind.INTEGER, "256", "a positive integer", UNBOX),
                    new Hyperparameter("auxk_coef", Kind.REAL, "0.03125", "a number that is not negative", OPENAI),
                    new Hyperparameter("lr", Kind.REAL, "1e-4", "a positive number", UNBOX),
                    new Hyperparameter("beta1", Kind.REAL, "0.9", "a number from 0 to below 1", OPENAI),
                    new Hyperparameter("beta2", Kind.REAL, "0.999", "a number from 0 to below 1", OPENAI),
                    new Hyperparameter("eps", Kind.REAL, "6.25e-10", "a positive number", OPENAI),
                    new Hyperparameter("dead_tokens", Kind.INTEGER, "10000000", "a positive integer", OPENAI));

    /** Reads and checks the settings of a config. */
    static TopKSettings of(SaeConfig config) throws RefractException {
        Settings s = Settings.of(HYPERPARAMETERS, config.settings().asMap());
        if (config.width() < 1 || config.latents() < 1 || config.outputWidth() != config.width()) {
            throw RefractException.usage("A topk autoencoder of width %d, output width %d and %d latents cannot be: all are at least 1 and"
                    + " both widths are one.", config.width(), config.outputWidth(), config.latents());
        }
        within("k", s.integer("k"), 1, config.latents(), s);
        within("auxk", s.integer("auxk"), 1, Integer.MAX_VALUE, s);
        within("auxk_coef", s.real("auxk_coef"), 0, Double.MAX_VALUE, s);
        within("lr", s.real("lr"), Double.MIN_NORMAL, Double.MAX_VALUE, s);
        within("beta1", s.real("beta1"), 0, Math.nextDown(1.0), s);
        within("beta2", s.real("beta2"), 0, Math.nextDown(1.0), s);
        within("eps", s.real("eps"), Double.MIN_NORMAL, Double.MAX_VALUE, s);
        within("dead_tokens", s.integer("dead_tokens"), 1, Long.MAX_VALUE, s);
        return new TopKSettings((int) s.integer("k"), (int) s.integer("auxk"), s.real("auxk_coef"), s.real("lr"), s.real("beta1"),
                s.real("beta2"), s.real("eps"), s.integer("dead_tokens"));
    }

    private static void within(String name, double value, double least, double most, Settings settings) throws RefractException {
        if (value < least || value > most) {
            String range = HYPERPARAMETERS.stream().filter(h -> h.name().equals(name)).findFirst().orElseThrow().range();
            throw RefractException.usage("The setting '%s' cannot be %s: it must be %s%s.", name, settings.text(name), range,
                    name.equals("k") ? " (%d)".formatted((long) most) : "");
        }
    }
}
