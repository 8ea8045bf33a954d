package org.refract.engine.sae;

import java.util.ArrayList;
import java.util.Arrays;
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

/**
 * A published form of sparse autoencoder: the name of the variant that trains it, its tensors, and the settings that say what it computes.
 * Names are SAELens': {@code W_enc} (width, latents), {@code b_enc} (latents), {@code W_dec} (latents, output width), {@code b_dec} (output
 * width); a transcoder may have {@code W_skip} (output width, width).
 */
public enum SaeForm {
    /** z = ReLU(pre), pre = (x − b_dec) W_enc + b_enc. */
    RELU("relu", List.of("b_enc"), List.of()),
    /** z = ReLU(pre) where pre &gt; threshold (latents). */
    JUMPRELU("jumprelu", List.of("b_enc", "threshold"), List.of()),
    /** z = ReLU((x − b_dec) W_enc·exp(r_mag) + b_mag) where (x − b_dec) W_enc + b_gate &gt; 0; all biases (latents). */
    GATED("gated", List.of("b_gate", "b_mag", "r_mag"), List.of()),
    /** z = the k largest (topk), largest in magnitude (abstopk), or the largest of k groups (groupmax) of pre. */
    KSPARSE("ksparse", List.of("b_enc"), List.of("threshold")),
    /** z = ReLU(pre) where it is greater than one threshold, a scalar that training on the k·B largest of a batch left. */
    BATCHTOPK("batchtopk", List.of("b_enc", "threshold"), List.of()),
    /** As BATCHTOPK; prefixes of {@code group_sizes} latents each reconstruct the input. */
    MATRYOSHKA("matryoshka", List.of("b_enc", "threshold", "group_sizes"), List.of()),
    /** As RELU; trained with an Lp penalty whose p falls. */
    PANNEAL("panneal", List.of("b_enc"), List.of()),
    /** As KSPARSE without abstopk, from one site to another; may have W_skip. */
    TRANSCODER("transcoder", List.of("b_enc"), List.of()),
    /**
     * z = ReLU(pre), where it is greater than a threshold if there is one. Input and output are the vectors of several {@code points} one after
     * another, and the norm of a decoder row is the sum of its points' norms.
     */
    CROSSCODER("crosscoder", List.of("b_enc"), List.of("threshold"));

    private static final Optional<String> SAELENS = Optional.of("SAELens, saes/sae.py");

    /** What training counted, by openai/sparse_autoencoder's names; kept with the weights, without effect on what is computed. */
    public static final List<String> STATISTICS = List.of("stats_last_nonzero", "latents_activation_frequency", "latents_mean_square");

    /** What every form can be set to. */
    private static final List<Hyperparameter> COMMON = List.of(
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

    private final String id;
    private final List<String> own;
    private final List<String> optional;

    SaeForm(String id, List<String> own, List<String> optional) {
        this.id = id;
        this.own = own;
        this.optional = optional;
    }

    /** The variant's name. */
    public String id() {
        return id;
    }

    /** The form that a variant has, if it is one of these. */
    public static Optional<SaeForm> find(String variant) {
        return Arrays.stream(values()).filter(f -> f.id.equals(variant)).findFirst();
    }

    /** The settings that say what it computes. */
    public List<Hyperparameter> hyperparameters() {
        List<Hyperparameter> all = new ArrayList<>(COMMON);
        switch (this) {
            case KSPARSE -> all.addAll(List.of(K, ACTIVATION));
            case BATCHTOPK, MATRYOSHKA -> all.add(K_PER_SAMPLE);
            case TRANSCODER -> {
                all.add(K);
                replace(all, TRANSCODES);
            }
            case CROSSCODER -> replace(all, CROSSCODES);
            default -> { }
        }
        return List.copyOf(all);
    }

    private static void replace(List<Hyperparameter> all, List<Hyperparameter> own) {
        all.removeIf(h -> own.stream().anyMatch(o -> o.name().equals(h.name())));
        all.addAll(own);
    }

    /** Whether latents may be in units of the decoder rows' norms. */
    public boolean rescales() {
        return this == KSPARSE || this == BATCHTOPK || this == MATRYOSHKA || this == CROSSCODER;
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
        if (this == CROSSCODER) {
            long points = config.settings().integer("points");
            if (points < 1 || config.width() % points != 0) {
                throw RefractException.usage("A crosscoder of %d hook points cannot have width %d, which is the sum of their equal widths.", points,
                        config.width());
            }
        }
        if (this == KSPARSE || this == TRANSCODER) {
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
        for (String name : own) {
            shapes.put(name, shape(name, config));
        }
        return shapes;
    }

    /** Shapes of the tensors that it may have besides. */
    public Map<String, long[]> optional(SaeConfig config) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        for (String name : optional) {
            shapes.put(name, shape(name, config));
        }
        if (config.settings().flag("transcode")) {
            shapes.put("W_skip", new long[] {config.outputWidth(), config.width()});
        }
        for (String name : STATISTICS) {
            shapes.put(name, new long[] {config.latents()});
        }
        return shapes;
    }

    private long[] shape(String name, SaeConfig config) {
        return switch (name) {
            case "threshold" -> this == JUMPRELU ? new long[] {config.latents()} : new long[0];
            case "group_sizes" -> new long[] {-1};
            default -> new long[] {config.latents()};
        };
    }
}
