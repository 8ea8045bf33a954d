package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Adam on a {@link DenseSae} by the gradients of an {@link Objective}. Order of a step: loss and gradients, the decoder's gradient projected off
 * its rows, numbers clipped, all gradients clipped together, Adam, decoder rows made unit vectors.
 */
public final class DenseTrainer extends AdamTrainer {

    /** Weights that are moved while they are in the cache: 2 MiB in each of weights, gradient and two moments. */
    private static final int GROUP_NUMBERS = 1 << 19;

    private final DenseSae sae;
    private final Objective objective;
    private final long sparsityWarmup;
    private final int decoder;

    private NDArray terms;
    private NDArray statistics;
    private NDArray norm;

    /**
     * @param settings       as in {@link TrainingSettings}
     * @param sparsityWarmup steps in which the weight of the sparsity terms grows from 0
     */
    public DenseTrainer(DenseSae sae, Objective objective, TrainingSettings settings, long sparsityWarmup) {
        super(sae, sae.scope(), settings, Optional.empty(), 1);
        this.sae = sae;
        this.objective = objective;
        this.sparsityWarmup = sparsityWarmup;
        for (String name : objective.parameters()) {
            NDArray parameter = objective.parameter(sae, name, scope);
            optimise(name, parameter, false);
            if (parameter != sae.tensors().get(name)) {
                keep(name, parameter);
            }
        }
        objective.state(scope).forEach(this::keep);
        if (settings.average().decay() > 0 && objective.parameters().contains("log_threshold")) {
            average("threshold", sae.tensors().get("threshold"), false);
        }
        this.decoder = objective.parameters().indexOf("W_dec");
        this.terms = scope.manager().zeros(new Shape(objective.terms().size()), DataType.FLOAT64);
        this.statistics = scope.manager().zeros(new Shape(2), DataType.FLOAT64);
        this.norm = scope.manager().zeros(new Shape(1), DataType.FLOAT64);
    }

    @Override
    public void step(NDArray batch, NDArray target) {
        try (Scope step = scope.child()) {
            NDManager own = step.manager();
            NDArray x = DenseSae.KERNELS.callList(own, "normalise", batch, sae.normalisation()).get(0);
            NDArray y = target == batch ? x : target;
            Objective.Step here = new Objective.Step(steps(), Schedule.grown(steps(), sparsityWarmup), since);
            NDList found = objective.evaluate(own, x, y, parameters, here);
            int count = parameters.size();
            NDArray reconstruction = found.get(count + 1);
            NDArray latents = found.get(count + 2);
            objective.follow(sae, latents, here);
            NDArray shown = KERNELS.call(own, "statistics", y, reconstruction, latents, since, fired, batch.getShape().get(0));
            NDArray length = KERNELS.call(own, "update", parameters, new NDList(found.subList(0, count)), m, v, decoder, settings.constraint().ordinal(),
                    settings.clipValue(), settings.clip(), GROUP_NUMBERS, settings.adam(steps()));
            stepped(batch.getShape().get(0));
            if (settings.resampling().due(steps())) {
                resample(step, x, y, reconstruction);
            }
            objective.updated(sae, parameters);
            sae.weightsChanged();
            if (!averages.isEmpty()) {
                KERNELS.callList(own, "average", averages, new NDList(averaged().stream().map(sae.tensors()::get).toList()), settings.average().decay());
            }
            terms = replaced(terms, found.get(count));
            statistics = replaced(statistics, shown);
            norm = replaced(norm, length);
        }
    }

    private NDArray replaced(NDArray old, NDArray now) {
        old.close();
        now.attach(scope.manager());
        return now;
    }

    private void resample(Scope step, NDArray x, NDArray y, NDArray reconstruction) {
        NDArray bias = sae.tensors().get("b_dec");
        NDArray seen = sae.config().settings().flag("apply_b_dec_to_input") ? KERNELS.call(step, "less", x, bias) : x;
        int encoder = objective.parameters().indexOf("W_enc");
        List<NDArray> biases = new ArrayList<>();
        for (String name : List.of("b_enc", "b_gate", "b_mag")) {
            int place = objective.parameters().indexOf(name);
            if (place >= 0) {
                biases.addAll(List.of(parameters.get(place), m.get(place), v.get(place)));
            }
        }
        NDList rows = new NDList();
        for (NDArray tensor : List.of(parameters.get(encoder), m.get(encoder), v.get(encoder))) {
            rows.add(step.adopt(tensor.transpose()));
        }
        Resampling.run(step, steps(), seen, KERNELS.call(step, "less", reconstruction, y), KERNELS.call(step, "less", y, bias), rows,
                List.of(parameters.get(decoder), m.get(decoder), v.get(decoder)), biases, since, settings.deadTokens() + 1);
    }

    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        double[] values = Tensors.doubles(terms);
        List<String> names = objective.terms();
        for (int i = 0; i < names.size(); i++) {
            metrics.put(names.get(i), values[i]);
        }
        double[] shown = Tensors.doubles(statistics);
        metrics.put("total", Arrays.stream(values).sum());
        metrics.put("l0", shown[0]);
        metrics.put("explained_variance", shown[1]);
        metrics.put("grad_norm", Tensors.doubles(norm)[0]);
        metrics.putAll(activity(settings.deadTokens() + 1));
        return metrics;
    }

    @Override
    public void restore(Map<String, NDArray> saved) {
        super.restore(saved);
        objective.updated(sae, parameters);
        sae.weightsChanged();
    }
}
