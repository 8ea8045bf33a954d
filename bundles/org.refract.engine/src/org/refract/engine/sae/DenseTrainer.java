package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeTrainer;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Adam on a {@link DenseSae}. Order of a step: loss and gradients, the decoder's gradient projected off its rows, all gradients clipped
 * together, Adam, decoder rows made unit vectors (both of the decoder's only under {@code decoder_constraint=unit}).
 */
public final class DenseTrainer implements SaeTrainer {

    /** Kernel text of the trainers. */
    static final KernelLibrary KERNELS = KernelLibrary.of(DenseTrainer.class, "training.ts.py");

    private final DenseSae sae;
    private final Objective objective;
    private final TrainingSettings settings;
    private final int normalisation;
    private final Scope scope;
    private final NDList parameters = new NDList();
    private final NDList m = new NDList();
    private final NDList v = new NDList();
    private final NDArray since;
    private final Map<String, NDArray> state = new LinkedHashMap<>();
    private final int decoder;

    private long steps;
    private NDArray terms;
    private NDArray statistics;
    private NDArray norm;

    /** @param settings as in {@link TrainingSettings} */
    public DenseTrainer(DenseSae sae, Objective objective, TrainingSettings settings) {
        this.sae = sae;
        this.objective = objective;
        this.settings = settings;
        this.normalisation = sae.normalisation();
        this.scope = sae.scope().child();
        for (String name : objective.parameters()) {
            NDArray parameter = objective.parameter(sae, name, scope);
            parameters.add(parameter);
            m.add(moment("exp_avg." + name, parameter));
            v.add(moment("exp_avg_sq." + name, parameter));
            if (parameter != sae.tensors().get(name)) {
                state.put(name, parameter);
            }
        }
        this.decoder = settings.unitDecoder() ? objective.parameters().indexOf("W_dec") : -1;
        this.since = scope.manager().zeros(new Shape(sae.config().latents()), DataType.INT64);
        state.put("since_active", since);
        state.putAll(objective.state(scope));
        state.put("steps", scope.manager().zeros(new Shape(1), DataType.INT64));
        this.terms = scope.manager().zeros(new Shape(objective.terms().size()), DataType.FLOAT64);
        this.statistics = scope.manager().zeros(new Shape(2), DataType.FLOAT64);
        this.norm = scope.manager().zeros(new Shape(1), DataType.FLOAT64);
    }

    private NDArray moment(String name, NDArray parameter) {
        NDArray moment = scope.manager().zeros(parameter.getShape());
        state.put(name, moment);
        return moment;
    }

    @Override
    public Sae sae() {
        return sae;
    }

    @Override
    public void step(NDArray batch, NDArray target) {
        try (Scope step = scope.child()) {
            NDManager own = step.manager();
            NDArray x = DenseSae.KERNELS.callList(own, "normalise", batch, normalisation).get(0);
            NDArray y = target == batch ? x : target;
            Objective.Step here = new Objective.Step(steps, settings.sparsity(steps), since);
            NDList found = objective.evaluate(own, x, y, parameters, here);
            int count = parameters.size();
            NDList gradients = new NDList(found.subList(0, count));
            NDArray latents = found.get(count + 2);
            objective.follow(sae, latents, here);
            NDArray shown = KERNELS.call(own, "statistics", y, found.get(count + 1), latents, since, batch.getShape().get(0));
            double rate = settings.lr(steps) / (1 - Math.pow(settings.beta1(), steps + 1));
            double correction = Math.sqrt(1 - Math.pow(settings.beta2(), steps + 1));
            NDArray length = KERNELS.call(own, "update", parameters, gradients, m, v, decoder, settings.clip(), settings.beta1(), settings.beta2(),
                    settings.eps(), rate, correction);
            objective.updated(sae, parameters);
            sae.weightsChanged();
            terms = keep(terms, found.get(count));
            statistics = keep(statistics, shown);
            norm = keep(norm, length);
            steps++;
        }
    }

    private NDArray keep(NDArray old, NDArray now) {
        old.close();
        now.attach(scope.manager());
        return now;
    }

    /**
     * The loss terms of the last step and their sum {@code total}; {@code l0} and {@code explained_variance} = mean over the dimensions of
     * 1 − Var(x − x̂) / (Var(x) + 1e-8) of its batch; {@code dead}, latents without activity for {@code dead_tokens} samples;
     * {@code grad_norm} before clipping.
     */
    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        double[] values = Tensors.doubles(terms);
        double total = 0;
        List<String> names = objective.terms();
        for (int i = 0; i < names.size(); i++) {
            metrics.put(names.get(i), values[i]);
            total += values[i];
        }
        double[] shown = Tensors.doubles(statistics);
        metrics.put("total", total);
        metrics.put("l0", shown[0]);
        metrics.put("explained_variance", shown[1]);
        metrics.put("grad_norm", Tensors.doubles(norm)[0]);
        try (Scope step = scope.child()) {
            NDArray dead = KERNELS.call(step, "dead", since, settings.deadTokens());
            metrics.put("dead", (double) Tensors.longs(KERNELS.call(step, "count", dead))[0]);
        }
        return metrics;
    }

    /**
     * Adam's moments as {@code exp_avg.NAME} and {@code exp_avg_sq.NAME}, {@code since_active} (latents) int64, {@code steps}, and parameters that
     * are not the SAE's own tensors.
     */
    @Override
    public Map<String, NDArray> state() {
        try (Scope step = scope.child()) {
            KERNELS.call(step, "assign", state.get("steps"), Tensors.of(step.manager(), new long[] {steps}));
        }
        return Map.copyOf(state);
    }

    @Override
    public void restore(Map<String, NDArray> saved) {
        try (Scope step = scope.child()) {
            for (Map.Entry<String, NDArray> entry : state.entrySet()) {
                NDArray source = saved.get(entry.getKey());
                if (source == null || !source.getShape().equals(entry.getValue().getShape())) {
                    throw new IllegalArgumentException("a training state needs '" + entry.getKey() + "' of shape " + entry.getValue().getShape());
                }
                KERNELS.call(step, "assign", entry.getValue(), source);
            }
            steps = Tensors.longs(state.get("steps"))[0];
        }
        objective.updated(sae, parameters);
        sae.weightsChanged();
    }

    @Override
    public void close() {
        scope.close();
    }
}
