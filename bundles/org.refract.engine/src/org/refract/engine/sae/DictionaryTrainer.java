package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeTrainer;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.optimise.Constraint;
import org.refract.engine.optimise.Optimiser;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * What all trainers of dictionaries share: an {@link Optimiser}, when each latent was active last and how often, and the state that a training
 * goes on from.
 */
abstract class DictionaryTrainer implements SaeTrainer {

    /** Kernel text of the trainers. */
    static final KernelLibrary KERNELS = KernelLibrary.of(DictionaryTrainer.class, "training.ts.py");

    private static final double[] TOKENS = {1e4, 1e6, 1e7};
    private static final List<String> NOT_ACTIVATED = List.of("not_activated_1e4", "not_activated_1e6", "not_activated_1e7");
    private static final int DECADES = 9;

    final TrainingSettings settings;
    final Scope scope;
    final Optimiser optimiser;
    final NDArray since;
    final NDArray fired;

    private final Sae sae;
    private final double tick;
    private final Map<String, NDArray> state = new LinkedHashMap<>();
    private long samplesSinceMetrics;

    /**
     * @param since (latents) int64, how long each latent has been inactive, where the SAE keeps it; otherwise the state does
     * @param tick  samples that one unit of it stands for
     */
    DictionaryTrainer(Sae sae, Scope parent, TrainingSettings settings, Optional<NDArray> since, double tick) {
        this.sae = sae;
        this.settings = settings;
        this.scope = parent.child();
        this.optimiser = new Optimiser(scope, settings.optimiser());
        this.tick = tick;
        this.fired = scope.manager().zeros(new Shape(sae.config().latents()), DataType.INT64);
        this.since = since.orElseGet(() -> scope.manager().zeros(new Shape(sae.config().latents()), DataType.INT64));
        state.put("fired", fired);
        state.put("counters", scope.manager().zeros(new Shape(2), DataType.INT64));
        if (since.isEmpty()) {
            state.put("since_active", this.since);
        }
    }

    /**
     * Adds a parameter, and its moving average where it is one of the SAE's tensors.
     *
     * @param memory what the kernels move
     * @param turned whether it is the transpose of what is published
     */
    final void optimise(String name, NDArray memory, boolean turned, Constraint constraint) {
        optimiser.add(name, memory, turned, false, constraint);
        if (sae.tensors().containsKey(name)) {
            optimiser.average(name, memory, turned);
        }
    }

    /** Makes a tensor part of the state. */
    final void keep(String name, NDArray tensor) {
        state.put(name, tensor);
    }

    @Override
    public final Sae sae() {
        return sae;
    }

    /** Steps done. */
    final long steps() {
        return optimiser.steps();
    }

    /** Counts the samples of a step. */
    final void learnt(long samples) {
        samplesSinceMetrics += samples;
    }

    /** {@code lr}, {@code dead} latents; {@code not_activated_1eN} and {@code density_1e-N} as {@link #metrics()} says. */
    final Map<String, Double> activity(long dead) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("lr", optimiser.lr());
        double[] ages = new double[TOKENS.length + 1];
        for (int i = 0; i < TOKENS.length; i++) {
            ages[i] = TOKENS[i] / tick;
        }
        ages[TOKENS.length] = dead - 1.0;
        try (Scope step = scope.child()) {
            double[] counts = Tensors.doubles(KERNELS.call(step, "activity", since, fired, ages, samplesSinceMetrics));
            samplesSinceMetrics = 0;
            double latents = sae.config().latents();
            metrics.put("dead", counts[TOKENS.length]);
            for (int i = 0; i < TOKENS.length; i++) {
                metrics.put(NOT_ACTIVATED.get(i), counts[i] / latents);
            }
            for (int i = 0; i < DECADES; i++) {
                metrics.put("density_1e-" + (DECADES - i), counts[ages.length + i] / latents);
            }
        }
        return metrics;
    }

    /**
     * The terms of the last step's loss and their sum {@code total}; {@code explained_variance} = mean over the dimensions of
     * {@code 1 − Var(x − x̂) / (Var(x) + 1e-8)} with biased variances, and {@code l0}, of its batch; {@code grad_norm} before clipping; {@code lr};
     * {@code dead}; {@code not_activated_1eN}, the share of latents that did not fire in the last 10^N samples; {@code density_1e-N}, the share
     * of latents whose share of samples since the last call lies in [1e-N, 10·1e-N).
     */
    @Override
    public abstract Map<String, Double> metrics();

    /**
     * Adam's moments as {@code exp_avg.NAME} and {@code exp_avg_sq.NAME} in the shape of the weight, {@code ema.NAME} where averages are kept,
     * {@code fired} (latents) int64, {@code since_active} (latents) int64 unless the SAE has it, {@code counters} (steps, samples since the last
     * metrics) int64, and what a trainer adds.
     */
    @Override
    public Map<String, NDArray> state() {
        try (Scope step = scope.child()) {
            KERNELS.call(step, "assign", state.get("counters"), Tensors.of(step.manager(), new long[] {steps(), samplesSinceMetrics}));
        }
        return Map.copyOf(all());
    }

    private Map<String, NDArray> all() {
        Map<String, NDArray> all = new LinkedHashMap<>(optimiser.state());
        all.putAll(state);
        return all;
    }

    @Override
    public void restore(Map<String, NDArray> saved) {
        try (Scope step = scope.child()) {
            for (Map.Entry<String, NDArray> entry : all().entrySet()) {
                NDArray source = saved.get(entry.getKey());
                if (source == null || !source.getShape().equals(entry.getValue().getShape())) {
                    throw new IllegalArgumentException("a training state needs '" + entry.getKey() + "' of shape " + entry.getValue().getShape());
                }
                KERNELS.call(step, "assign", entry.getValue(), source);
            }
            long[] counters = Tensors.longs(state.get("counters"));
            optimiser.goOn(counters[0], 0);
            samplesSinceMetrics = counters[1];
        }
    }

    @Override
    public final Map<String, NDArray> result() {
        Map<String, NDArray> result = new LinkedHashMap<>(sae.tensors());
        if (settings.keepsAverage()) {
            result.putAll(optimiser.averaged());
        }
        return result;
    }

    @Override
    public void close() {
        scope.close();
    }
}
