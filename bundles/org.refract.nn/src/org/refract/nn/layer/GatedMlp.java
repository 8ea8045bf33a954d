package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/**
 * {@code down_proj(act(gate_proj(x)) · up_proj(x))} (Shazeer 2020), SwiGLU with SiLU and GEGLU with GELU: {@code (batch, positions, width)} to
 * the same.
 */
public final class GatedMlp extends Module {

    private final Linear gate;
    private final Linear up;
    private final Activation act;
    private final Linear down;

    /** @param activation {@code silu}, {@code gelu} or {@code gelu_tanh} */
    public GatedMlp(String path, int width, int inner, String activation, boolean biases) {
        super(path, "GatedMLP", width, Layout.SEQUENCE, true);
        gate = child(new Linear(path("gate_proj"), width, inner, biases, Layout.SEQUENCE));
        act = child(new Activation(path("act_fn"), activation, activation, inner, Layout.SEQUENCE));
        up = child(new Linear(path("up_proj"), width, inner, biases, Layout.SEQUENCE));
        down = child(new Linear(path("down_proj"), inner, width, biases, Layout.SEQUENCE));
    }

    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.scoped(step -> {
            NDArray open = act.forward(step, gate.forward(step, in));
            return down.forward(step, step.call("times", open, up.forward(step, in)));
        }));
    }
}
