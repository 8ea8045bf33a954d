package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/** {@code down(act(up(x)))} with biases: {@code (batch, positions, width)} to the same. */
public final class Mlp extends Module {

    /**
     * What a checkpoint calls its three steps: {@code c_fc}, {@code act}, {@code c_proj} for one.
     *
     * @param up   the widening layer
     * @param act  the function between
     * @param down the narrowing layer
     */
    public record Names(String up, String act, String down) {
    }

    private final Linear up;
    private final Activation act;
    private final Linear down;

    /** @param activation {@code silu}, {@code gelu} or {@code gelu_tanh} */
    public Mlp(String path, Names names, int width, int inner, String activation) {
        super(path, "MLP", width, Layout.SEQUENCE, true);
        up = child(new Linear(path(names.up()), width, inner, true, Layout.SEQUENCE));
        act = child(new Activation(path(names.act()), activation, activation, inner, Layout.SEQUENCE));
        down = child(new Linear(path(names.down()), inner, width, true, Layout.SEQUENCE));
    }

    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.scoped(step -> down.forward(step, act.forward(step, up.forward(step, in)))));
    }
}
