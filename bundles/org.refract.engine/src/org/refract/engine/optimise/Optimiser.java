package org.refract.engine.optimise;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Adam on a list of parameters, in place: gradients of constrained rows projected off them, numbers clipped, all gradients clipped together,
 * decoupled weight decay (Loshchilov and Hutter 2019), Adam (Kingma and Ba 2015), moving averages. Parameters are float32 and belong to whoever
 * adds them; moments and averages to this.
 */
public final class Optimiser implements AutoCloseable {

    /** Kernel text of it, for steps that are fused with it. */
    public static final KernelLibrary KERNELS = KernelLibrary.of(Optimiser.class, "optimiser.ts.py");

    /** Weights that are moved while they are in the cache: 2 MiB in each of weights, gradient and two moments. */
    private static final int GROUP_NUMBERS = 1 << 19;

    /** A parameter's state, in its shape. */
    private record Kept(String name, NDArray shown) {
    }

    private final OptimiserSettings settings;
    private final Scope scope;
    private final NDList parameters = new NDList();
    private final NDList first = new NDList();
    private final NDList second = new NDList();
    private final List<Constraint> constraints = new ArrayList<>();
    private final List<Boolean> decays = new ArrayList<>();
    private final List<Kept> state = new ArrayList<>();
    private final NDList averages = new NDList();
    private final NDList averagedFrom = new NDList();
    private final Map<String, NDArray> averaged = new LinkedHashMap<>();
    private long steps;
    private long skipped;

    /** @param parent where its own tensors lie */
    public Optimiser(Scope parent, OptimiserSettings settings) {
        this.settings = settings;
        this.scope = parent.child();
    }

    /**
     * Adds a parameter.
     *
     * @param memory what is moved
     * @param turned whether it is the transpose of what is published under the name
     * @param decays whether weight decay shrinks it: matrices do, biases and gains do not
     */
    public void add(String name, NDArray memory, boolean turned, boolean decays, Constraint constraint) {
        parameters.add(memory);
        first.add(moment("exp_avg." + name, memory, turned));
        second.add(moment("exp_avg_sq." + name, memory, turned));
        constraints.add(constraint);
        this.decays.add(decays);
    }

    /** Adds a free parameter; {@link #average} keeps its average, if there are any. */
    public void add(String name, NDArray memory, boolean decays) {
        add(name, memory, false, decays, Constraint.NONE);
        average(name, memory, false);
    }

    private NDArray moment(String name, NDArray memory, boolean turned) {
        NDArray moment = KERNELS.call(scope, "zeros", memory);
        state.add(new Kept(name, turned ? moment.transpose() : moment));
        return moment;
    }

    /** Keeps a moving average of a tensor, if there are averages. */
    public void average(String name, NDArray memory, boolean turned) {
        if (settings.average() > 0) {
            NDArray average = KERNELS.call(scope, "copied", memory);
            averages.add(average);
            averagedFrom.add(memory);
            averaged.put(name, turned ? average.transpose() : average);
            state.add(new Kept("ema." + name, averaged.get(name)));
        }
    }

    /**
     * Moves the parameters once.
     *
     * @param step      holds what lies between
     * @param gradients in the order of the parameters; they are changed
     * @return the norm of all gradients before they were clipped, float64; none if they were not finite and the step was left out
     */
    public Optional<NDArray> step(Scope step, NDList gradients) {
        if (settings.guarded() && !Double.isFinite(Tensors.scalar(KERNELS.call(step, "norm_of", gradients)))) {
            skipped++;
            return Optional.empty();
        }
        NDArray norm = KERNELS.call(step, "update", parameters, gradients, first, second, each(c -> c == Constraint.UNIT_FIRST), each(c -> c == Constraint.UNIT),
                decays(), settings.clipValue(), settings.clip(), GROUP_NUMBERS, numbers());
        stepped();
        return Optional.of(norm);
    }

    private boolean[] each(java.util.function.Predicate<Constraint> is) {
        boolean[] flags = new boolean[constraints.size()];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = is.test(constraints.get(i));
        }
        return flags;
    }

    private boolean[] decays() {
        boolean[] flags = new boolean[decays.size()];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = decays.get(i);
        }
        return flags;
    }

    /** Brings the moving averages up to date, after {@link #step} and whatever else changed the tensors. */
    public void average() {
        if (!averages.isEmpty()) {
            KERNELS.callList(scope, "average", averages, averagedFrom, settings.average()).close();
        }
    }

    /** Counts a step that a fused kernel has made. */
    public void stepped() {
        steps++;
    }

    /** Steps made. */
    public long steps() {
        return steps;
    }

    /** Steps left out. */
    public long skipped() {
        return skipped;
    }

    /** The learning rate of the last step. */
    public double lr() {
        return settings.lr(Math.max(steps - 1, 0));
    }

    /** What Adam needs in the next step, for a fused kernel. */
    public double[] numbers() {
        return settings.numbers(steps);
    }

    /** What is moved. */
    public NDList parameters() {
        return parameters;
    }

    /** Adam's first moments, of the parameters in their order. */
    public NDList first() {
        return first;
    }

    /** Adam's second moments, of the parameters in their order. */
    public NDList second() {
        return second;
    }

    /** The averages as they lie in memory, in the order in which they were added. */
    public NDList averages() {
        return averages;
    }

    /** The averages by name, in the published shape. */
    public Map<String, NDArray> averaged() {
        return averaged;
    }

    /** {@code exp_avg.NAME}, {@code exp_avg_sq.NAME}, {@code ema.NAME} where averages are kept; not the count of steps. Views. */
    public Map<String, NDArray> state() {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        state.forEach(kept -> tensors.put(kept.name(), kept.shown()));
        return tensors;
    }

    /** Goes on from a step of a {@link #state()} whose tensors have been set. */
    public void goOn(long steps, long skipped) {
        this.steps = steps;
        this.skipped = skipped;
    }

    @Override
    public void close() {
        scope.close();
    }
}
