package org.refract.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.refract.api.Learner;
import org.refract.api.RefractException;
import org.refract.api.model.Objective;
import org.refract.engine.gradient.Derivatives;
import org.refract.engine.gradient.Differentiation;
import org.refract.engine.gradient.Leaf;
import org.refract.engine.optimise.Optimiser;
import org.refract.engine.optimise.OptimiserSettings;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * A network of kernels that learns by its loss: {@link Differentiation} gives the gradients by all parameters, an {@link Optimiser} moves them.
 * Its metrics are the loss, the mean of the steps since the last line; {@code grad_norm} before clipping; {@code lr}; and {@code skipped}, how many
 * steps were left out because their gradients were not finite.
 */
public final class NetworkLearner implements Learner {

    /** What is learnt, computed with kernels that read the parameters as the very objects that they are given. */
    @FunctionalInterface
    public interface Loss {

        /**
         * @param out        owns the result
         * @param parameters by name
         * @return one number, a tensor of one element
         */
        NDArray of(NDManager out, Map<String, NDArray> parameters, NDArray input, NDArray target);
    }

    private static final String LOSS = "loss";
    private static final String COUNTERS = "counters";
    private static final String SUM = "loss_sum";

    private final Scope scope;
    private final Map<String, NDArray> parameters = new LinkedHashMap<>();
    private final Loss loss;
    private final Optimiser optimiser;
    private final List<Leaf> leaves;
    private final NDArray counters;
    private final NDArray sum;
    private NDArray norm;
    private long since;
    private Runnable closed = () -> { };

    /**
     * @param parent     where its tensors lie
     * @param parameters the weights as they are at the beginning; copied
     * @param decays     which of them weight decay shrinks, by name
     */
    public NetworkLearner(Scope parent, Map<String, NDArray> parameters, Predicate<String> decays, Loss loss, OptimiserSettings settings) {
        this.scope = parent.child();
        this.loss = loss;
        this.optimiser = new Optimiser(scope, settings);
        parameters.forEach((name, value) -> {
            NDArray own = Optimiser.KERNELS.call(scope, "copied", value);
            this.parameters.put(name, own);
            optimiser.add(name, own, decays.test(name));
        });
        this.leaves = this.parameters.values().stream().map(p -> (Leaf) new Leaf.Parameter(p)).toList();
        this.counters = scope.manager().zeros(new Shape(3), DataType.INT64);
        this.sum = scope.manager().zeros(new Shape(1), DataType.FLOAT64);
        this.norm = scope.manager().zeros(new Shape(1), DataType.FLOAT64);
    }

    @Override
    public void step(NDArray input, NDArray target) {
        try (Scope step = scope.child()) {
            Derivatives found = Differentiation.of((hooks, out) -> Map.of(LOSS, loss.of(out, parameters, input, target)), leaves, Objective.of(LOSS),
                    step.manager());
            Optional<NDArray> length = optimiser.step(step, new NDList(found.parameters()));
            if (length.isPresent()) {
                optimiser.average();
                Optimiser.KERNELS.call(step, "add_into", sum, found.terms().getFirst());
                since++;
                norm.close();
                norm = step.promote(length.get(), scope);
            }
        } catch (RefractException e) {
            throw new IllegalStateException("a loss that is not computed by kernels: " + e.getMessage(), e);
        }
    }

    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put(LOSS, Tensors.scalar(sum) / since);
        metrics.put("grad_norm", Tensors.scalar(norm));
        metrics.put("lr", optimiser.lr());
        metrics.put("skipped", (double) optimiser.skipped());
        try (Scope step = scope.child()) {
            Optimiser.KERNELS.call(step, "assign", sum, Tensors.of(step.manager(), new double[1], 1));
        }
        since = 0;
        return metrics;
    }

    @Override
    public Map<String, NDArray> weights() {
        return Collections.unmodifiableMap(parameters);
    }

    /** Adam's moments and averages, {@code counters} (steps, steps left out, steps since the last line) int64, and the losses' sum. */
    @Override
    public Map<String, NDArray> state() {
        try (Scope step = scope.child()) {
            Optimiser.KERNELS.call(step, "assign", counters,
                    Tensors.of(step.manager(), new long[] {optimiser.steps(), optimiser.skipped(), since}, 3));
        }
        return kept();
    }

    private Map<String, NDArray> kept() {
        Map<String, NDArray> state = new LinkedHashMap<>(optimiser.state());
        state.put(COUNTERS, counters);
        state.put(SUM, sum);
        return state;
    }

    @Override
    public void restore(Map<String, NDArray> saved) {
        try (Scope step = scope.child()) {
            kept().forEach((name, tensor) -> {
                NDArray source = saved.get(name);
                if (source == null || !source.getShape().equals(tensor.getShape())) {
                    throw new IllegalArgumentException("a training state needs '" + name + "' of shape " + tensor.getShape());
                }
                Optimiser.KERNELS.call(step, "assign", tensor, source);
            });
        }
        long[] counts = Tensors.longs(counters);
        optimiser.goOn(counts[0], counts[1]);
        since = counts[2];
    }

    /** The parameters, or their moving averages where they are kept. */
    @Override
    public Map<String, NDArray> result() {
        Map<String, NDArray> result = new LinkedHashMap<>(parameters);
        result.putAll(optimiser.averaged());
        return result;
    }

    /** The same, which closes the scope that it was made in when it is closed itself. */
    public NetworkLearner closing(Scope parent) {
        closed = parent::close;
        return this;
    }

    @Override
    public void close() {
        scope.close();
        closed.run();
    }
}
