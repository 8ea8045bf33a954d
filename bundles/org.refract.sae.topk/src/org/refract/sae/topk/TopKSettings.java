package org.refract.sae.topk;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.sae.Products;
import org.refract.engine.sae.SparseVariant;
import org.refract.engine.sae.TrainingSettings;

/**
 * The settings of a TopK autoencoder. The defaults are those of the released SDXL Turbo dictionaries.
 *
 * @param k        active latents per sample
 * @param auxk     dead latents that take part in the auxiliary term
 * @param auxkCoef its weight
 * @param firstK   k of the first step
 * @param annealing steps in which it becomes k
 * @param products in which numbers products are computed
 * @param training what every trainer has
 */
record TopKSettings(int k, int auxk, double auxkCoef, double firstK, long annealing, Products products, TrainingSettings training) {

    private static final Optional<String> UNBOX = Optional.of("surkovv/sdxl-unbox, scripts/train_sae.py");
    private static final Optional<String> OPENAI = Optional.of("openai/sparse_autoencoder; Gao et al. 2024, appendix A");

    /** What differs from what every trainer has. */
    private static final List<Hyperparameter> OWN = List.of(
            new Hyperparameter("k", Kind.INTEGER, "10", Interval.from(1).saying(", at most the number of latents"), UNBOX),
            new Hyperparameter("auxk", Kind.INTEGER, "256", Interval.from(1).upTo(Integer.MAX_VALUE), UNBOX),
            new Hyperparameter("auxk_coef", Kind.REAL, "0.03125", Interval.NOT_NEGATIVE, OPENAI),
            new Hyperparameter("lr", Kind.REAL, "1e-4", Interval.POSITIVE, UNBOX),
            new Hyperparameter("eps", Kind.REAL, "6.25e-10", Interval.POSITIVE, OPENAI),
            new Hyperparameter("clip", Kind.REAL, "0", Interval.NOT_NEGATIVE.saying("; 0 clips nothing"), UNBOX),
            new Hyperparameter("decoder_constraint", Kind.CHOICE, "unit_first", "none|unit_first|unit", OPENAI));

    /** What every trainer has and this one does not: how other variants begin. */
    private static final List<String> WITHOUT = List.of("decoder_init_norm", "b_dec_init");

    /** What a person may set. */
    static final List<Hyperparameter> HYPERPARAMETERS = hyperparameters();

    private static List<Hyperparameter> hyperparameters() {
        Map<String, Hyperparameter> all = new LinkedHashMap<>();
        OWN.forEach(h -> all.put(h.name(), h));
        TrainingSettings.HYPERPARAMETERS.stream().filter(h -> !WITHOUT.contains(h.name())).forEach(h -> all.putIfAbsent(h.name(), h));
        SparseVariant.ANNEALING.forEach(h -> all.put(h.name(), h));
        return List.copyOf(new ArrayList<>(all.values()));
    }

    /** Reads and checks the settings of a config. */
    static TopKSettings of(SaeConfig config) throws RefractException {
        Settings s = Settings.of(HYPERPARAMETERS, config.settings().asMap());
        if (config.width() < 1 || config.latents() < 1 || config.outputWidth() != config.width()) {
            throw RefractException.usage("A topk autoencoder of width %d, output width %d and %d latents cannot be: all are at least 1 and"
                    + " both widths are one.", config.width(), config.outputWidth(), config.latents());
        }
        s.within("k", 1, config.latents());
        return new TopKSettings((int) s.integer("k"), (int) s.integer("auxk"), s.real("auxk_coef"), s.real("k_start"), s.integer("k_anneal_steps"),
                Products.of(s), TrainingSettings.of(s));
    }
}
