package org.refract.model.sdxl.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.refract.api.model.Hook;
import org.refract.api.model.Pass;
import org.refract.api.model.Site;
import org.refract.engine.gradient.Recomputation;
import org.refract.engine.kernel.KernelLibrary;

/**
 * One forward pass: which pass it is, the hooks that listen, and the owner of what is computed.
 *
 * <p>A module with hooks at its own door alone is computed by one kernel. Where a hook sits beneath it, it is computed child by child, with
 * the same tensor operations in the same order, so both ways agree to the bit.
 */
public final class Forward {

    private static final boolean ONEDNN = List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

    static final KernelLibrary LAYERS = KernelLibrary.of(Forward.class,
            List.of("layers.ts.py", ONEDNN ? "convolution.onednn.ts.py" : "convolution.plain.ts.py"));

    private final HookTable hooks;
    private final Pass pass;
    private final NDManager owner;

    public Forward(HookTable hooks, Pass pass, NDManager owner) {
        this.hooks = hooks;
        this.pass = pass;
        this.owner = owner;
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
        return Recomputation.of(owner, inputs, (out, given) -> new Forward(hooks, pass, out).scoped(step -> part.apply(step, given)));
    }

    /** Computes with a kernel of {@code layers.ts.py}. */
    public NDArray call(String kernel, Object... arguments) {
        return LAYERS.call(owner, kernel, arguments);
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
            NDArray result = body.apply(new Forward(hooks, pass, inner));
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

    private NDArray apply(Map<Site, List<Hook>> here, Site site, NDArray value) {
        NDArray now = value;
        for (Hook hook : here.getOrDefault(site, List.of())) {
            NDArray next = hook.apply(pass, now);
            if (next != now && !next.getShape().equals(now.getShape())) {
                throw new IllegalArgumentException("the hook at " + hook.point() + " replaced " + now.getShape() + " by " + next.getShape());
            }
            now = next;
        }
        return now;
    }
}
