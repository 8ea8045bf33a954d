package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** A variant of a {@link SaeForm}, a published one or a bundle's own: what all forms share is here. */
public abstract class FormVariant implements SaeVariant {

    private static final int MEDIAN_ITERATIONS = 100;
    private static final double MEDIAN_TOLERANCE = 1e-5;

    private final SaeForm form;
    private final List<Hyperparameter> hyperparameters;

    /**
     * @param own the settings of this variant's loss; one of a name that all forms share replaces its default
     */
    protected FormVariant(SaeForm form, List<Hyperparameter> own) {
        this.form = form;
        Map<String, Hyperparameter> all = new LinkedHashMap<>();
        form.hyperparameters().forEach(h -> all.put(h.name(), h));
        TrainingSettings.HYPERPARAMETERS.forEach(h -> all.put(h.name(), h));
        own.forEach(h -> all.put(h.name(), h));
        this.hyperparameters = List.copyOf(new ArrayList<>(all.values()));
    }

    /** Settings of which the first are shared. */
    protected static List<Hyperparameter> joined(List<Hyperparameter> shared, List<Hyperparameter> own) {
        List<Hyperparameter> all = new ArrayList<>(shared);
        all.addAll(own);
        return all;
    }

    /**
     * Begins the training of one SAE.
     *
     * @param batch samples of a step
     */
    protected abstract SaeTrainer train(DenseSae sae, Settings settings, int batch) throws RefractException;

    /** Tensors that the form has besides {@code W_enc}, {@code W_dec} and {@code b_dec}, as they are before training. */
    protected abstract Map<String, NDArray> begin(NDManager out, SaeConfig config, Settings settings) throws RefractException;

    /** Replaces tensors, which are complete, by ones that fit the first data better. */
    protected void fit(NDManager out, Map<String, NDArray> tensors, Settings settings, NDArray inputs, NDArray targets) {
    }

    @Override
    public final String id() {
        return form.id();
    }

    @Override
    public final List<Hyperparameter> hyperparameters() {
        return hyperparameters;
    }

    /**
     * Decoder rows are drawn as {@code torch.nn.Linear} draws after {@code torch.manual_seed(seed)} and scaled to {@code decoder_init_norm}; the
     * encoder is the decoder's transpose. A transcoder's encoder, of other vectors, is drawn in the same way after it.
     */
    @Override
    public final Sae create(SaeConfig config, NDArray inputs, NDArray targets, long seed, Placement placement) throws RefractException {
        Settings settings = settings(config);
        TrainingSettings.of(settings);
        form.checkSizes(complete(config, settings));
        checkTrainable(settings, config, inputs, targets);
        try (Scope scope = Scope.open(new Placement(placement.device(), Placement.DType.FP32))) {
            NDManager own = scope.manager();
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            TorchRandom random = new TorchRandom(seed);
            NDArray rows = rows(own, random, config.latents(), config.outputWidth(), settings);
            tensors.put("W_dec", rows);
            tensors.put("W_enc", Weights.transposed(own, settings.flag("transcode") ? rows(own, random, config.latents(), config.width(), settings) : rows));
            tensors.put("b_dec", switch (settings.text("b_dec_init")) {
                case "mean" -> DictionaryTrainer.KERNELS.call(own, "mean", targets);
                case "geometric_median" -> geometricMedian(own, targets);
                default -> Tensors.zeros(own, config.outputWidth());
            });
            tensors.putAll(begin(own, config, settings));
            fit(own, tensors, settings, inputs, targets);
            return DenseSae.restore(form, complete(config, settings), tensors, placement);
        }
    }

    @Override
    public final Sae restore(SaeConfig config, Map<String, NDArray> tensors, Placement placement) throws RefractException {
        return DenseSae.restore(form, complete(config, settings(config)), tensors, placement);
    }

    @Override
    public final SaeTrainer trainer(Sae sae, NDArray inputs, NDArray targets, int batch) throws RefractException {
        if (!(sae instanceof DenseSae dense) || dense.form() != form) {
            throw RefractException.usage("A %s trainer cannot train a '%s' autoencoder.", id(), sae.config().variant());
        }
        Settings settings = settings(sae.config());
        checkTrainable(settings, sae.config(), inputs, targets);
        return train(dense, settings, batch);
    }

    /** The point with the least sum of distances to the samples (dictionary_learning, trainers/top_k.py). */
    public static NDArray geometricMedian(NDManager out, NDArray samples) {
        return DictionaryTrainer.KERNELS.call(out, "geometric_median", samples, MEDIAN_ITERATIONS, MEDIAN_TOLERANCE);
    }

    private Settings settings(SaeConfig config) throws RefractException {
        return Settings.of(hyperparameters, config.settings().asMap());
    }

    private static SaeConfig complete(SaeConfig config, Settings settings) {
        return new SaeConfig(config.variant(), config.width(), config.outputWidth(), config.latents(), settings);
    }

    private void checkTrainable(Settings settings, SaeConfig config, NDArray inputs, NDArray targets) throws RefractException {
        if (settings.text("normalize_activations").equals("expected_average_only_in")) {
            throw RefractException.usage("normalize_activations=expected_average_only_in describes weights that a factor was folded into: train with none.");
        }
        checkSamples(config.width(), inputs);
        if (targets == inputs) {
            if (settings.flag("transcode")) {
                throw RefractException.usage("A transcoder learns from pairs of inputs and targets, and was given inputs only: name the targets too, or"
                        + " train it without transcode.");
            }
            return;
        }
        checkSamples(config.outputWidth(), targets);
        if (inputs.getShape().get(0) != targets.getShape().get(0)) {
            throw RefractException.usage("There are %d inputs, but %d targets.", inputs.getShape().get(0), targets.getShape().get(0));
        }
        if (!settings.flag("transcode") || settings.flag("apply_b_dec_to_input") || !settings.text("normalize_activations").equals("none")) {
            throw RefractException.usage("A %s autoencoder learns other targets than its inputs only with transcode=true, apply_b_dec_to_input=false and"
                    + " normalize_activations=none.", id());
        }
    }

    private static void checkSamples(int width, NDArray samples) throws RefractException {
        Shape shape = samples.getShape();
        if (shape.dimension() != 2 || shape.get(0) < 1 || shape.get(1) != width) {
            throw RefractException.usage("The activations have shape %s, but the autoencoder's width is %d.", shape, width);
        }
        try (NDManager step = samples.getManager().newSubManager()) {
            if (Tensors.longs(DictionaryTrainer.KERNELS.call(step, "infinite", samples))[0] > 0) {
                throw RefractException.usage("The activations hold NaN or infinite numbers, from which nothing can be learnt: record them again, in fp32 or bf16.");
            }
        }
    }

    /** U(−1/√width, 1/√width), (latents, width), its rows scaled. */
    private static NDArray rows(NDManager out, TorchRandom random, int latents, int width, Settings settings) {
        float bound = (float) (1 / Math.sqrt(width));
        float[] values = random.rand(Math.multiplyExact(latents, width));
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] * (bound - -bound) - bound;
        }
        return DictionaryTrainer.KERNELS.call(out, "scaled_rows", Tensors.of(out, values, latents, width), settings.real("decoder_init_norm"));
    }

    /** A vector of one value per latent. */
    protected static NDArray filled(NDManager out, SaeConfig config, double value) {
        return out.full(new Shape(config.latents()), (float) value, DataType.FLOAT32);
    }
}
