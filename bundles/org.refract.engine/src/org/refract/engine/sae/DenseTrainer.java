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
import org.refract.engine.optimise.Constraint;
import org.refract.engine.optimise.Schedule;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Adam on a {@link DenseSae} by the gradients of an {@link Loss}. Order of a step: loss and gradients, the decoder's gradient projected off
 * its rows, numbers clipped, all gradients clipped together, Adam, decoder rows made unit vectors.
 */
public final class DenseTrainer extends DictionaryTrainer {

    private final DenseSae sae;
    private final Loss loss;
    private final long sparsityWarmup;

    private NDArray terms;
    private NDArray statistics;
    private NDArray norm;

    /**
     * @param settings       as in {@link TrainingSettings}
     * @param sparsityWarmup steps in which the weight of the sparsity terms grows from 0
     */
    public DenseTrainer(DenseSae sae, Loss loss, TrainingSettings settings, long sparsityWarmup) {
        super(sae, sae.scope(), settings, Optional.empty(), 1);
        this.sae = sae;
        this.loss = loss;
        this.sparsityWarmup = sparsityWarmup;
        for (String name : loss.parameters()) {
            NDArray parameter = loss.parameter(sae, name, scope);
            optimise(name, parameter, false, name.equals("W_dec") ? settings.constraint() : Constraint.NONE);
            if (parameter != sae.tensors().get(name)) {
                keep(name, parameter);
            }
        }
        loss.state(scope).forEach(this::keep);
        loss.derived().forEach(name -> optimiser.average(name, sae.tensors().get(name), false));
        this.terms = scope.manager().zeros(new Shape(loss.terms().size()), DataType.FLOAT64);
        this.statistics = scope.manager().zeros(new Shape(2), DataType.FLOAT64);
        this.norm = scope.manager().zeros(new Shape(1), DataType.FLOAT64);
    }

    @Override
    public void step(NDArray batch, NDArray target) {
        try (Scope step = scope.child()) {
            NDManager own = step.manager();
            NDArray x = DenseSae.KERNELS.callList(own, "normalise", batch, sae.normalisation()).get(0);
            NDArray y = target == batch ? x : target;
            Loss.Step here = new Loss.Step(steps(), Schedule.grown(steps(), sparsityWarmup), since);
            NDList found = loss.evaluate(own, x, y, optimiser.parameters(), here);
            int count = optimiser.parameters().size();
            NDArray reconstruction = found.get(count + 1);
            NDArray latents = found.get(count + 2);
            loss.follow(sae, latents, here);
            NDArray shown = KERNELS.call(own, "statistics", y, reconstruction, latents, since, fired, batch.getShape().get(0));
            NDArray length = optimiser.step(step, new NDList(found.subList(0, count))).orElseThrow();
            learnt(batch.getShape().get(0));
            if (settings.resampling().due(steps())) {
                resample(step, x, y, reconstruction);
            }
            loss.updated(sae, optimiser.parameters());
            sae.weightsChanged();
            optimiser.average();
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
        List<NDArray> biases = new ArrayList<>();
        loss.biases().forEach(name -> biases.addAll(moved(name)));
        List<NDArray> rows = moved("W_enc").stream().map(tensor -> step.adopt(tensor.transpose())).toList();
        Resampling.run(step, steps(), seen, KERNELS.call(step, "less", reconstruction, y), KERNELS.call(step, "less", y, bias), rows, moved("W_dec"), biases,
                since, settings.deadTokens() + 1);
    }

    /** A parameter and its two moments. */
    private List<NDArray> moved(String name) {
        int place = loss.parameters().indexOf(name);
        return List.of(optimiser.parameters().get(place), optimiser.first().get(place), optimiser.second().get(place));
    }

    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        double[] values = Tensors.doubles(terms);
        List<String> names = loss.terms();
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
        loss.updated(sae, optimiser.parameters());
        sae.weightsChanged();
    }
}
