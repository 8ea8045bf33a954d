package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.SaeConfig;

/**
 * A form of sparse autoencoder: the name of the variant that trains it, its tensors, the settings that say what it computes, and how latents come
 * of a sample. The forms in which checkpoints are published are here; a bundle makes its own. Names are SAELens': {@code W_enc} (width, latents),
 * {@code b_enc} (latents), {@code W_dec} (latents, output width), {@code b_dec} (output width); a transcoder may have {@code W_skip} (output
 * width, width).
 */
public final class SaeForm {

    /** The latents of normalised samples. */
    @FunctionalInterface
    public interface Encoding {

        /**
         * @param out owns the result
         * @param x   (samples, width), normalised as the settings say
         * @return (samples, latents), not negative but where the form says so
         */
        NDArray latents(NDManager out, NDArray x, DenseSae sae);
    }

    /** The size of a tensor that a form has besides {@code W_enc}, {@code W_dec} and {@code b_dec}. */
    public enum Size {
        /** One number per latent. */
        LATENTS,
        /** One number. */
        SCALAR,
        /** As many numbers as there are. */
        ANY
    }

    private static final Optional<String> SAELENS = Optional.of("SAELens, saes/sae.py");

    /** What training counted, by openai/sparse_autoencoder's names; kept with the weights, without effect on what is computed. */
    public static final List<String> STATISTICS = List.of("stats_last_nonzero", "latents_activation_frequency", "latents_mean_square");

    /** What every form can be set to. */
    public static final List<Hyperparameter> COMMON = List.of(
            new Hyperparameter("normalize_activations", Kind.CHOICE, "none", "none|layer_norm|constant_norm_rescale|expected_average_only_in", SAELENS),
            new Hyperparameter("apply_b_dec_to_input", Kind.FLAG, "true", "true or false", SAELENS),
            new Hyperparameter("rescale_acts_by_decoder_norm", Kind.FLAG, "false", "true or false", SAELENS),
            new Hyperparameter("transcode", Kind.FLAG, "false", "true or false", Optional.of("EleutherAI/sparsify, config.py")));

    private static final Hyperparameter K =
            new Hyperparameter("k", Kind.INTEGER, "32", Interval.from(1).saying(", at most the number of latents"), Optional.of("EleutherAI/sparsify, config.py"));
    private static final Hyperparameter K_PER_SAMPLE =
            new Hyperparameter("k", Kind.REAL, "32", Interval.POSITIVE.saying(", the active latents per sample on average"), SAELENS);
    private static final Hyperparameter ACTIVATION =
            new Hyperparameter("activation", Kind.CHOICE, "topk", "topk|abstopk|groupmax", Optional.of("EleutherAI/sparsify, config.py"));

    private static final Hyperparameter NO_PRE_BIAS = new Hyperparameter("apply_b_dec_to_input", Kind.FLAG, "false", "true or false", SAELENS);
    private static final Optional<String> CROSSCODERS = Optional.of("science-of-finetuning/dictionary_learning, dictionary.py");

    /** Of a transcoder, besides k; these replace the common ones of their names. */
    private static final List<Hyperparameter> TRANSCODES = List.of(NO_PRE_BIAS,
            new Hyperparameter("transcode", Kind.FLAG, "true", "true", Optional.of("EleutherAI/sparsify, config.py")),
            new Hyperparameter("activation", Kind.CHOICE, "topk", "topk|groupmax", Optional.of("EleutherAI/sparsify, config.py")));

    /** Of a crosscoder; these replace the common ones of their names. */
    private static final List<Hyperparameter> CROSSCODES = List.of(NO_PRE_BIAS,
            new Hyperparameter("rescale_acts_by_decoder_norm", Kind.FLAG, "true", "true or false", CROSSCODERS),
            new Hyperparameter("points", Kind.INTEGER, "2", Interval.from(1).saying(", how many hook points of one width there are"), CROSSCODERS));

    /** z = ReLU(pre), pre = (x − b_dec) W_enc + b_enc. */
    public static final SaeForm RELU = new SaeForm("relu", COMMON, Map.of("b_enc", Size.LATENTS), Map.of(), false, Optional.of(DenseSae::relu));

    /** z = ReLU(pre) where pre &gt; threshold (latents). */
    public static final SaeForm JUMPRELU = new SaeForm("jumprelu", COMMON, Map.of("b_enc", Size.LATENTS, "threshold", Size.LATENTS), Map.of(), false,
            Optional.of(DenseSae::jumpRelu));

    /** z = ReLU((x − b_dec) W_enc·exp(r_mag) + b_mag) where (x − b_dec) W_enc + b_gate &gt; 0; all biases (latents). */
    public static final SaeForm GATED = new SaeForm("gated", COMMON, Map.of("b_gate", Size.LATENTS, "b_mag", Size.LATENTS, "r_mag", Size.LATENTS), Map.of(),
            false, Optional.of(DenseSae::gated));

    /** z = the k largest (topk), largest in magnitude (abstopk), or the largest of k groups (groupmax) of pre. */
    public static final SaeForm KSPARSE = new SaeForm("ksparse", with(COMMON, List.of(K, ACTIVATION)), Map.of("b_enc", Size.LATENTS),
            Map.of("threshold", Size.SCALAR), true, Optional.empty());

    /** z = ReLU(pre) where it is greater than one threshold, a scalar that training on the k·B largest of a batch left. */
    public static final SaeForm BATCHTOPK = new SaeForm("batchtopk", with(COMMON, List.of(K_PER_SAMPLE)),
            Map.of("b_enc", Size.LATENTS, "threshold", Size.SCALAR), Map.of(), true, Optional.of(DenseSae::jumpRelu));

    /** As BATCHTOPK; prefixes of {@code group_sizes} latents each reconstruct the input. */
    public static final SaeForm MATRYOSHKA = new SaeForm("matryoshka", with(COMMON, List.of(K_PER_SAMPLE)),
            Map.of("b_enc", Size.LATENTS, "threshold", Size.SCALAR, "group_sizes", Size.ANY), Map.of(), true, Optional.of(DenseSae::jumpRelu));

    /** As RELU; trained with an Lp penalty whose p falls. */
    public static final SaeForm PANNEAL = new SaeForm("panneal", COMMON, Map.of("b_enc", Size.LATENTS), Map.of(), false, Optional.of(DenseSae::relu));

    /** As KSPARSE without abstopk, from one site to another; may have W_skip. */
    public static final SaeForm TRANSCODER = new SaeForm("transcoder", with(with(COMMON, List.of(K)), TRANSCODES), Map.of("b_enc", Size.LATENTS), Map.of(),
            false, Optional.empty());

    /**
     * z = ReLU(pre), where it is greater than a threshold if there is one. Input and output are the vectors of several {@code points} one after
     * another, and the norm of a decoder row is the sum of its points' norms.
     */
    public static final SaeForm CROSSCODER = new SaeForm("crosscoder", with(COMMON, CROSSCODES), Map.of("b_enc", Size.LATENTS),
            Map.of("threshold", Size.SCALAR), true, Optional.of(DenseSae::thresholded));

    private static final List<SaeForm> PUBLISHED = List.of(RELU, JUMPRELU, GATED, KSPARSE, BATCHTOPK, MATRYOSHKA, PANNEAL, TRANSCODER, CROSSCODER);

    private final String id;
    private final List<Hyperparameter> hyperparameters;
    private final Map<String, Size> own;
    private final Map<String, Size> optional;
    private final boolean rescales;
    private final Optional<Encoding> encoding;

    /**
     * @param id              the variant's
     * @param hyperparameters what says what it computes, {@link #COMMON} among them
     * @param own             the tensors that it must have besides {@code W_enc}, {@code W_dec} and {@code b_dec}
     * @param optional        the tensors that it may have besides
     * @param rescales        whether latents may be in units of the decoder rows' norms
     * @param encoding        how latents come of a sample; empty if the settings {@code k} and {@code activation} choose k of each sample
     */
    public SaeForm(String id, List<Hyperparameter> hyperparameters, Map<String, Size> own, Map<String, Size> optional, boolean rescales,
            Optional<Encoding> encoding) {
        this.id = id;
        this.hyperparameters = List.copyOf(hyperparameters);
        this.own = Collections.unmodifiableMap(new TreeMap<>(own));
        this.optional = Map.copyOf(optional);
        this.rescales = rescales;
        this.encoding = encoding;
    }

    /** The variant's name. */
    public String id() {
        return id;
    }

    /** The forms in which checkpoints are published. */
    public static List<SaeForm> published() {
        return PUBLISHED;
    }

    /** How latents come of a sample; empty if k of each are chosen. */
    Optional<Encoding> encoding() {
        return encoding;
    }

    @Override
    public String toString() {
        return id;
    }

    /** The published form that a variant has, if it has one. */
    public static Optional<SaeForm> find(String variant) {
        return PUBLISHED.stream().filter(f -> f.id.equals(variant)).findFirst();
    }

    /** The settings that say what it computes. */
    public List<Hyperparameter> hyperparameters() {
        return hyperparameters;
    }

    /** Settings with others, which replace those of their names. */
    public static List<Hyperparameter> with(List<Hyperparameter> all, List<Hyperparameter> own) {
        List<Hyperparameter> together = new ArrayList<>(all);
        together.removeIf(h -> own.stream().anyMatch(o -> o.name().equals(h.name())));
        together.addAll(own);
        return List.copyOf(together);
    }

    /** Whether latents may be in units of the decoder rows' norms. */
    public boolean rescales() {
        return rescales;
    }

    /** A config of this form from some of its settings. */
    public SaeConfig config(int width, int outputWidth, int latents, Map<String, String> settings) throws RefractException {
        return new SaeConfig(id, width, outputWidth, latents, Settings.of(hyperparameters(), settings));
    }

    /** A config of this form with one of the settings that say what it computes replaced, and without those of its training. */
    public SaeConfig with(SaeConfig config, String setting, String value) throws RefractException {
        Map<String, String> settings = computed(config);
        settings.put(setting, value);
        return config(config.width(), config.outputWidth(), config.latents(), settings);
    }

    /** Refuses numbers of active latents, groups and hook points that do not fit the sizes of an autoencoder. */
    void checkSizes(SaeConfig config) throws RefractException {
        if (hyperparameters.stream().anyMatch(h -> h.name().equals("points"))) {
            int points = config.points();
            if (config.width() % points != 0) {
                throw RefractException.usage("A crosscoder of %d hook points cannot have width %d, which is the sum of their equal widths.", points,
                        config.width());
            }
        }
        if (encoding.isEmpty()) {
            long k = config.settings().integer("k");
            boolean possible = k >= 1 && k <= config.latents();
            if (!possible || config.settings().text("activation").equals("groupmax") && config.latents() % k != 0) {
                throw RefractException.usage("A %s autoencoder of %d latents cannot have k = %d%s.", id, config.latents(), k,
                        possible ? ": groupmax wants groups of equal size" : "");
            }
        }
    }

    /** A config of another form that computes the same, as one of this form. */
    SaeConfig of(SaeConfig config) throws RefractException {
        return config(config.width(), config.outputWidth(), config.latents(), computed(config));
    }

    private Map<String, String> computed(SaeConfig config) {
        Map<String, String> settings = new LinkedHashMap<>();
        hyperparameters().forEach(h -> settings.put(h.name(), config.settings().text(h.name())));
        return settings;
    }

    /** Shapes of the tensors that it must have, by name; a dimension of -1 is free. */
    public Map<String, long[]> required(SaeConfig config) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("W_enc", new long[] {config.width(), config.latents()});
        shapes.put("W_dec", new long[] {config.latents(), config.outputWidth()});
        shapes.put("b_dec", new long[] {config.outputWidth()});
        own.forEach((name, size) -> shapes.put(name, shape(size, config)));
        return shapes;
    }

    /** Shapes of the tensors that it may have besides. */
    public Map<String, long[]> optional(SaeConfig config) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        optional.forEach((name, size) -> shapes.put(name, shape(size, config)));
        if (config.settings().flag("transcode")) {
            shapes.put("W_skip", new long[] {config.outputWidth(), config.width()});
        }
        for (String name : STATISTICS) {
            shapes.put(name, new long[] {config.latents()});
        }
        return shapes;
    }

    private static long[] shape(Size size, SaeConfig config) {
        return switch (size) {
            case LATENTS -> new long[] {config.latents()};
            case SCALAR -> new long[0];
            case ANY -> new long[] {-1};
        };
    }
}
