package org.example.sae.l1;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeTrainer;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** Adam on an {@link L1Sae}: one step is one kernel call. */
final class L1Trainer implements SaeTrainer {

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;

    private final L1Sae sae;
    private final Scope scope;
    private final NDList weights = new NDList();
    private final NDList m = new NDList();
    private final NDList v = new NDList();
    private final Map<String, NDArray> state = new LinkedHashMap<>();
    private final double l1Coef;
    private final double lr;
    private NDArray last;
    private long steps;

    L1Trainer(L1Sae sae) {
        this.sae = sae;
        this.scope = sae.scope().child();
        this.l1Coef = sae.config().settings().real("l1_coef");
        this.lr = sae.config().settings().real("lr");
        for (String name : L1Sae.WEIGHTS) {
            NDArray weight = sae.tensors().get(name);
            weights.add(weight);
            m.add(moment("exp_avg." + name, weight));
            v.add(moment("exp_avg_sq." + name, weight));
        }
        state.put("fired", scope.manager().zeros(new Shape(sae.config().latents()), DataType.INT64));
        state.put("steps", scope.manager().zeros(new Shape(1), DataType.INT64));
        last = Tensors.zeros(scope.manager(), 4);
    }

    private NDArray moment(String name, NDArray weight) {
        NDArray moment = scope.manager().zeros(weight.getShape());
        state.put(name, moment);
        return moment;
    }

    @Override
    public Sae sae() {
        return sae;
    }

    @Override
    public void step(NDArray batch, NDArray target) {
        steps++;
        double rate = lr / (1 - Math.pow(BETA1, steps));
        double correction = Math.sqrt(1 - Math.pow(BETA2, steps));
        NDArray metrics = L1Sae.KERNELS.call(scope, "step", batch, weights, m, v, state.get("fired"), l1Coef, rate, correction);
        last.close();
        last = metrics;
    }

    @Override
    public Map<String, Double> metrics() {
        double[] terms = Tensors.doubles(last);
        try (Scope step = scope.child()) {
            double dead = Tensors.scalar(L1Sae.KERNELS.call(step, "dead", state.get("fired")));
            return Map.of("mse", terms[0], "l1", terms[1], "explained_variance", terms[2], "l0", terms[3], "dead", dead);
        }
    }

    @Override
    public Map<String, NDArray> state() {
        try (Scope step = scope.child()) {
            L1Sae.KERNELS.call(step, "assign", state.get("steps"), Tensors.of(step.manager(), new long[] {steps}, 1));
        }
        return Map.copyOf(state);
    }

    @Override
    public void restore(Map<String, NDArray> saved) {
        try (Scope step = scope.child()) {
            state.forEach((name, tensor) -> L1Sae.KERNELS.call(step, "assign", tensor, saved.get(name)));
        }
        steps = Tensors.longs(state.get("steps"))[0];
    }

    @Override
    public void close() {
        scope.close();
    }
}
