package org.refract.sae.topk;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeTrainer;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Adam on a {@link TopKSae}; one step is one kernel call. Order of a step: gradients, decoder columns made unit vectors, the decoder's
 * gradient projected off its columns, Adam (openai/sparse_autoencoder). So columns are unit vectors before Adam, not after.
 */
final class TopKTrainer implements SaeTrainer {

    /** The loss is scaled by the variance of this many batches (sdxl-unbox, scripts/train_sae.py). */
    private static final int SCALE_BATCHES = 10;

    private static final int TILE = 4096;

    private static final double[] TOKENS = {1e4, 1e6, 1e7};
    private static final List<String> NOT_ACTIVATED = List.of("not_activated_1e4", "not_activated_1e6", "not_activated_1e7");
    private static final int DECADES = 9;

    private final TopKSae sae;
    private final TopKSettings settings;
    private final int batch;
    private final long deadAfter;
    private final Scope scope;
    private final NDList parameters;
    private final NDList m = new NDList();
    private final NDList v = new NDList();
    private final NDArray fired;
    private final StepBlocks blocks;
    private final Map<String, NDArray> state = new LinkedHashMap<>();

    private double mseScale;
    private long steps;
    private long samplesSinceMetrics;
    private long oldest;
    private NDArray last;
    private NDList work = new NDList();

    /** @param blocks how the step is cut into pieces */
    TopKTrainer(TopKSae sae, NDArray samples, int batch, StepBlocks blocks) throws RefractException {
        this.sae = sae;
        this.blocks = blocks;
        this.settings = sae.settings();
        this.batch = batch;
        this.deadAfter = settings.deadTokens() / batch;
        this.scope = sae.scope().child();
        this.parameters = new NDList(sae.encoder(), sae.decoder(), sae.preBias(), sae.latentBias());
        List<String> names = List.of("encoder.weight", "decoder.weight", "pre_bias", "latent_bias");
        for (int i = 0; i < names.size(); i++) {
            for (NDList moments : List.of(m, v)) {
                NDArray moment = scope.manager().zeros(parameters.get(i).getShape());
                moments.add(moment);
                state.put((moments == m ? "exp_avg." : "exp_avg_sq.") + names.get(i), i == 1 ? moment.transpose() : moment);
            }
        }
        this.fired = scope.manager().zeros(new Shape(sae.config().latents()), DataType.INT64);
        state.put("fired", fired);
        state.put("counters", scope.manager().zeros(new Shape(2), DataType.INT64));
        state.put("mse_scale", scope.manager().zeros(new Shape(), DataType.FLOAT64));
        this.last = scope.manager().zeros(new Shape(5), DataType.FLOAT64);
        this.mseScale = scale(samples);
        this.oldest = oldest();
    }

    @Override
    public Sae sae() {
        return sae;
    }

    @Override
    public void step(NDArray x, NDArray target) {
        steps++;
        samplesSinceMetrics += x.getShape().get(0);
        makeRoom(x.getShape().get(0));
        double rate = settings.lr() / (1 - Math.pow(settings.beta1(), steps));
        double correction = Math.sqrt(1 - Math.pow(settings.beta2(), steps));
        NDArray metrics = TopKSae.KERNELS.call(scope, "step", x, parameters, m, v, new NDList(sae.lastNonzero(), fired), work,
                settings.k(), settings.auxk(), settings.auxkCoef(), mseScale, settings.beta1(), settings.beta2(), settings.eps(), rate, correction,
                deadAfter, mayBeDead(), blocks.tile(), blocks.block(), blocks.group());
        last.close();
        last = metrics;
    }

    /** Room for a batch, kept from step to step: fresh memory of this size costs a page fault for every 4 KiB. */
    private void makeRoom(long samples) {
        if (work.isEmpty() || work.get(1).getShape().get(0) < samples) {
            work.close();
            long tile = Math.min(blocks.tile(), samples);
            int width = sae.config().width();
            work = new NDList(Tensors.zeros(scope.manager(), tile, sae.config().latents()), Tensors.zeros(scope.manager(), samples, width),
                    Tensors.zeros(scope.manager(), samples, width));
        }
    }

    /**
     * Whether some latent may be dead in this step. A latent grows one step older per step, so the oldest one, read from the device now and
     * then, tells for how long none can die; until then the step needs no answer from the device.
     */
    private boolean mayBeDead() {
        if (++oldest > deadAfter) {
            oldest = oldest() + 1;
        }
        return oldest > deadAfter;
    }

    private long oldest() {
        try (Scope step = scope.child()) {
            return Tensors.longs(TopKSae.KERNELS.call(step, "oldest", sae.lastNonzero()))[0];
        }
    }

    private double scale(NDArray samples) throws RefractException {
        try (Scope step = scope.child()) {
            double variance = Tensors.scalar(TopKSae.KERNELS.call(step, "variance", samples, (long) SCALE_BATCHES * batch, TILE));
            if (!(variance > 0) || !Double.isFinite(variance)) {
                throw RefractException.failure("The activations have variance %s, so nothing can be learnt from them: record them again, and"
                        + " look for a model that returns NaN or the same value everywhere.", variance);
            }
            return 1 / variance;
        }
    }

    /**
     * {@code recons}, {@code auxk} and their sum {@code total} of the last step; {@code explained_variance} = mean over the dimensions of
     * {@code 1 − Var(x − x̂) / (Var(x) + 1e-8)} with biased variances; {@code l0}, {@code dead}; {@code not_activated_1eN}, the share of
     * latents that did not fire in the last 10^N samples; {@code density_1e-N}, the share of latents whose share of samples since the last
     * call lies in [1e-N, 10·1e-N).
     */
    @Override
    public Map<String, Double> metrics() {
        double[] terms = Tensors.doubles(last);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("recons", terms[0]);
        metrics.put("auxk", terms[1]);
        metrics.put("total", terms[0] + terms[1]);
        metrics.put("explained_variance", terms[2]);
        metrics.put("l0", terms[3]);
        metrics.put("dead", terms[4]);
        metrics.put("lr", settings.lr());
        double[] ages = new double[TOKENS.length];
        for (int i = 0; i < ages.length; i++) {
            ages[i] = TOKENS[i] / batch;
        }
        try (Scope step = scope.child()) {
            double[] counts = Tensors.doubles(TopKSae.KERNELS.call(step, "activity", sae.lastNonzero(), fired, ages, samplesSinceMetrics));
            samplesSinceMetrics = 0;
            double latents = sae.config().latents();
            for (int i = 0; i < ages.length; i++) {
                metrics.put(NOT_ACTIVATED.get(i), counts[i] / latents);
            }
            for (int i = 0; i < DECADES; i++) {
                metrics.put("density_1e-" + (DECADES - i), counts[ages.length + i] / latents);
            }
        }
        return metrics;
    }

    /**
     * Adam's moments as {@code exp_avg.NAME} and {@code exp_avg_sq.NAME} in the shape of the weight, {@code fired} (latents) int64,
     * {@code counters} (steps, samples since the last metrics) int64, {@code mse_scale} float64.
     */
    @Override
    public Map<String, NDArray> state() {
        try (Scope step = scope.child()) {
            assign(step, "counters", Tensors.of(step.manager(), new long[] {steps, samplesSinceMetrics}));
            assign(step, "mse_scale", Tensors.of(step.manager(), new double[] {mseScale}));
        }
        return Map.copyOf(state);
    }

    @Override
    public void restore(Map<String, NDArray> saved) {
        try (Scope step = scope.child()) {
            for (String name : state.keySet()) {
                NDArray source = saved.get(name);
                if (source == null || source.size() != state.get(name).size()) {
                    throw new IllegalArgumentException("a topk training state needs '" + name + "' of shape " + state.get(name).getShape());
                }
                assign(step, name, source);
            }
            long[] counters = Tensors.longs(state.get("counters"));
            steps = counters[0];
            samplesSinceMetrics = counters[1];
            mseScale = Tensors.scalar(state.get("mse_scale"));
        }
        oldest = oldest();
    }

    private void assign(Scope step, String name, NDArray source) {
        TopKSae.KERNELS.call(step, "assign", state.get(name), source);
    }

    @Override
    public void close() {
        scope.close();
    }
}
