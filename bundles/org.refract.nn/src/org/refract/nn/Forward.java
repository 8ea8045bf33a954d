package org.refract.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.refract.api.model.Hook;
import org.refract.api.model.Pass;
import org.refract.api.model.Site;
import org.refract.engine.gradient.Recomputation;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Lanes;

/**
 * One forward pass: which pass it is, the hooks that listen, and the owner of what is computed.
 *
 * <p>A module with hooks at its own door alone is computed by one kernel. Where a hook sits beneath it, it is computed child by child, with
 * the same tensor operations in the same order, so both ways agree to the bit.
 */
public final class Forward {

    private static final boolean ONEDNN = List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

    /** The kernels of layers. A plug-in's own text that calls them is {@code KernelLibrary.of(Own.class, "own.ts.py", Forward.LAYERS)}. */
    public static final KernelLibrary LAYERS = KernelLibrary.of(Forward.class,
            List.of("layers.ts.py", "attention.ts.py", "rotary.ts.py", ONEDNN ? "convolution.onednn.ts.py" : "convolution.plain.ts.py"));

    private final HookTable hooks;
    private final Pass pass;
    private final NDManager owner;
    private final Optional<Lanes> lanes;
    private final int threads;

    public Forward(HookTable hooks, Pass pass, NDManager owner) {
        this(hooks, pass, owner, Optional.empty(), Lanes.threads());
    }

    private Forward(HookTable hooks, Pass pass, NDManager owner, Optional<Lanes> lanes, int threads) {
        this.hooks = hooks;
        this.pass = pass;
        this.owner = owner;
        this.lanes = lanes;
        this.threads = threads;
    }

    /**
     * Does some work with this pass over lanes: operations of one thread, and the examples of a batch side by side. Hooks have all threads
     * and see the whole batch.
     */
    public <T> T over(Lanes these, Function<Forward, T> work) {
        return Lanes.withThreads(1, () -> work.apply(new Forward(hooks, pass, owner, Optional.of(these), threads)));
    }

    /** Owns what this pass makes. */
    public NDManager owner() {
        return owner;
    }

    /** Whether {@code module} must be computed child by child. */
    public boolean stepByStep(Module module) {
        return hooks.beneath(module);
    }

    /** Whether anything listens at {@code module} or beneath it. */
    public boolean touches(Module module) {
        return hooks.touches(module);
    }

    /** Whether anything listens at {@code module}'s own door. */
    public boolean listensAt(Module module) {
        return !hooks.at(module).isEmpty();
    }

    /** Whether a gradient of this pass will be wanted. */
    public boolean isRecorded() {
        return Recomputation.isRecorded();
    }

    /**
     * Computes a part of which only the inputs are kept where a gradient is wanted, and frees everything that it makes except its result.
     *
     * @param inputs every tensor that the part depends on, weights apart
     */
    public NDArray recomputed(List<NDArray> inputs, BiFunction<Forward, List<NDArray>, NDArray> part) {
        return Recomputation.of(owner, inputs, (out, given) -> in(out).scoped(step -> part.apply(step, given)));
    }

    /** Computes with a kernel of layers. */
    public NDArray call(String kernel, Object... arguments) {
        return LAYERS.call(owner, kernel, arguments);
    }

    /** Computes with a kernel of another library. */
    public NDArray call(KernelLibrary kernels, String kernel, Object... arguments) {
        return kernels.call(owner, kernel, arguments);
    }

    /** As {@link #callForEach(KernelLibrary, String, List, Object...)} with a kernel of layers. */
    public NDArray callForEach(String kernel, List<?> each, Object... shared) {
        return callForEach(LAYERS, kernel, each, shared);
    }

    /**
     * Computes with a kernel that goes through its examples one by one or does not tell them apart.
     *
     * @param each   the first arguments, with a row for each example: tensors, lists of tensors or null
     * @param shared the other arguments
     */
    public NDArray callForEach(KernelLibrary kernels, String kernel, List<?> each, Object... shared) {
        int examples = (int) ((NDArray) each.getFirst()).getShape().get(0);
        int pieces = Math.min(threads, examples);
        if (lanes.isEmpty() || pieces == 1 || isRecorded()) {
            return call(kernels, kernel, Stream.concat(each.stream(), Arrays.stream(shared)).toArray());
        }
        return scoped(step -> step.call("join_examples", lanes.get().map(pieces, piece -> step.in(step.owner).scoped(own -> {
            int from = examples * piece / pieces;
            int to = examples * (piece + 1) / pieces;
            return own.call(kernels, kernel, Stream.concat(each.stream().map(rows -> own.rows(rows, from, to)), Arrays.stream(shared)).toArray());
        }))));
    }

    private Object rows(Object all, int from, int to) {
        return switch (all) {
            case null -> null;
            case NDArray tensor -> call("examples", tensor, from, to);
            case List<?> tensors -> tensors.stream().map(tensor -> rows(tensor, from, to)).toList();
            default -> throw new IllegalArgumentException("no rows in " + all);
        };
    }

    /** This pass with another owner. */
    public Forward in(NDManager other) {
        return new Forward(hooks, pass, other, lanes, threads);
    }

    /** Computes a module's output from its input and lets the hooks at its door read or replace both. */
    public NDArray at(Module module, NDArray input, UnaryOperator<NDArray> body) {
        Map<Site, List<Hook>> here = hooks.at(module);
        if (here.isEmpty()) {
            return body.apply(input);
        }
        NDArray in = apply(here, Site.INPUT, input);
        NDArray out = body.apply(in);
        if (here.containsKey(Site.UPDATE)) {
            NDArray update = LAYERS.call(owner, "difference", out, in);
            NDArray changed = apply(here, Site.UPDATE, update);
            if (changed != update) {
                out = LAYERS.call(owner, "total", in, changed);
            }
        }
        return apply(here, Site.OUTPUT, out);
    }

    /** Frees everything that {@code body} makes except its result. */
    public NDArray scoped(Function<Forward, NDArray> body) {
        try (NDManager inner = owner.newSubManager()) {
            NDArray result = body.apply(in(inner));
            if (result.getManager() == inner) {
                result.attach(owner);
            }
            return result;
        }
    }

    /** Frees a value that no later module needs, unless a hook may still hold it. */
    public void release(NDArray value) {
        if (hooks.isEmpty()) {
            value.close();
        }
    }

    private NDArray apply(Map<Site, List<Hook>> here, Site site, NDArray first) {
        NDArray now = first;
        for (Hook hook : here.getOrDefault(site, List.of())) {
            NDArray value = now;
            NDArray next = Lanes.withThreads(threads, () -> hook.apply(pass, value));
            if (next != now && !next.getShape().equals(now.getShape())) {
                throw new IllegalArgumentException("the hook at " + hook.point() + " replaced " + now.getShape() + " by " + next.getShape());
            }
            now = next;
        }
        return now;
    }
}
