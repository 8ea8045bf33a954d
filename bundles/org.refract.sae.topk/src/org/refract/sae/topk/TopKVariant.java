package org.refract.sae.topk;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.sae.SparseRule;
import org.refract.engine.sae.SparseRule.Points;
import org.refract.engine.sae.SparseRule.Revival;
import org.refract.engine.sae.SparseRule.Rule;
import org.refract.engine.sae.SparseRule.Selection;
import org.refract.engine.sae.SparseRule.Threshold;
import org.refract.engine.sae.SparseTrainer;
import org.refract.engine.sae.StepBlocks;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** The TopK autoencoder with AuxK of Gao et al. 2024, as the SDXL Turbo dictionaries were trained (surkovv/sdxl-unbox, SAE/sae.py). */
@Component
public final class TopKVariant implements SaeVariant {

    /** The pre-bias is the geometric median of so many first samples (sdxl-unbox, scripts/train_sae.py). */
    static final int MEDIAN_SAMPLES = 32_768;

    private static final int MEDIAN_ITERATIONS = 100;
    private static final double MEDIAN_EPS = 1e-6;
    private static final double MEDIAN_FTOL = 1e-20;
    private static final int TILE = 4096;

    /** The loss is scaled by the variance of this many batches (sdxl-unbox, scripts/train_sae.py). */
    private static final int SCALE_BATCHES = 10;

    /** A latent that is not more active counts as silent (openai/sparse_autoencoder). */
    private static final double LEAST_ACTIVITY = 1e-3;

    @Override
    public String id() {
        return "topk";
    }

    @Override
    public String description() {
        return "z = ReLU(TopK_k(W_enc (x − b_pre) + b_lat)), x̂ = W_dec z + b_pre; Gao et al. 2024, Scaling and evaluating sparse autoencoders";
    }

    @Override
    public List<Hyperparameter> hyperparameters() {
        return TopKSettings.HYPERPARAMETERS;
    }

    /**
     * The encoder is drawn as {@code torch.nn.Linear} draws it after {@code torch.manual_seed(seed)}; the decoder is its transpose with unit
     * columns; the pre-bias is the geometric median of the first {@value #MEDIAN_SAMPLES} samples.
     */
    @Override
    public Sae create(SaeConfig config, NDArray samples, NDArray targets, long seed, Placement placement) throws RefractException {
        TopKSettings.of(config);
        checkSamples(config, samples, targets);
        try (Scope scope = Scope.open(new Placement(placement.device(), Placement.DType.FP32))) {
            NDArray encoder = kaimingUniform(scope, config.latents(), config.width(), seed);
            NDArray decoder = TopKSae.KERNELS.call(scope, "unit_rows", encoder);
            return TopKSae.of(config, Map.of(
                    "encoder.weight", encoder,
                    "decoder.weight", scope.adopt(decoder.transpose()),
                    "pre_bias", TopKSae.KERNELS.call(scope, "geometric_median", samples, MEDIAN_SAMPLES, MEDIAN_ITERATIONS, MEDIAN_EPS,
                            MEDIAN_FTOL, TILE),
                    "latent_bias", Tensors.zeros(scope.manager(), config.latents()),
                    "stats_last_nonzero", scope.manager().zeros(new Shape(config.latents()), DataType.INT64)), placement);
        }
    }

    @Override
    public Sae restore(SaeConfig config, Map<String, NDArray> tensors, Placement placement) throws RefractException {
        TopKSettings.of(config);
        return TopKSae.of(config, tensors, placement);
    }

    @Override
    public SaeTrainer trainer(Sae sae, NDArray samples, NDArray targets, int batch) throws RefractException {
        if (!(sae instanceof TopKSae topk)) {
            throw RefractException.usage("A topk trainer cannot train a '%s' autoencoder.", sae.config().variant());
        }
        checkSamples(sae.config(), samples, targets);
        return trainer(topk, samples, batch, StepBlocks.of(topk.scope().placement(), batch, sae.config().width(), sae.config().latents(), 1));
    }

    /** @param blocks how a step is cut into pieces */
    static SaeTrainer trainer(TopKSae sae, NDArray samples, int batch, StepBlocks blocks) throws RefractException {
        TopKSettings s = sae.settings();
        Revival revival = new Revival(Rule.OPENAI, s.auxk(), s.auxkCoef(), s.training().deadTokens() / batch);
        SparseRule rule = new SparseRule(Selection.TOPK, s.k(), s.firstK(), s.annealing(), true, false, s.products(), new long[] {sae.config().latents()},
                new double[] {1}, scale(sae, samples, batch), revival, LEAST_ACTIVITY, Threshold.NONE,
                Points.ONE);
        return new SparseTrainer(sae, sae.scope(), sae.weights(), rule, s.training(), new SparseTrainer.Names(List.of("recons"), "auxk"),
                new SparseTrainer.Counters(Optional.of(sae.lastNonzero()), List.of(), true), 0, batch, blocks, () -> { });
    }

    private static double scale(TopKSae sae, NDArray samples, int batch) throws RefractException {
        try (Scope step = sae.scope().child()) {
            double variance = Tensors.scalar(TopKSae.KERNELS.call(step, "variance", samples, (long) SCALE_BATCHES * batch, TILE));
            if (!(variance > 0) || !Double.isFinite(variance)) {
                throw RefractException.usage("The activations have variance %s, so nothing can be learnt from them: record them again, and"
                        + " look for a model that returns NaN or the same value everywhere.", variance);
            }
            return 1 / variance;
        }
    }

    private static void checkSamples(SaeConfig config, NDArray samples, NDArray targets) throws RefractException {
        if (targets != samples) {
            throw RefractException.usage("A topk autoencoder learns its own input: train a transcoder on pairs of inputs and targets.");
        }
        Shape shape = samples.getShape();
        if (shape.dimension() != 2 || shape.get(0) < 1 || shape.get(1) != config.width()) {
            throw RefractException.usage("The activations have shape %s, but the autoencoder's width is %d.", shape, config.width());
        }
        if (!Tensors.areFinite(samples)) {
            throw RefractException.usage("The activations hold NaN or infinite numbers, from which nothing can be learnt: record them again, in fp32 or bf16.");
        }
    }

    /** {@code U(−1/√width, 1/√width)}, torch.nn.Linear's kaiming_uniform_ with a = √5. */
    private static NDArray kaimingUniform(Scope scope, int latents, int width, long seed) {
        TorchRandom random = new TorchRandom(seed);
        NDArray encoder = Tensors.zeros(scope.manager(), latents, width);
        float bound = (float) (1 / Math.sqrt(width));
        int rows = Math.max(1, (1 << 22) / width);
        for (int start = 0; start < latents; start += rows) {
            float[] values = random.rand(Math.min(rows, latents - start) * width);
            for (int i = 0; i < values.length; i++) {
                values[i] = values[i] * (bound - -bound) - bound;
            }
            try (Scope step = scope.child()) {
                TopKSae.KERNELS.call(step, "assign_rows", encoder, Tensors.of(step.manager(), values, values.length / width, width), start);
            }
        }
        return encoder;
    }
}
