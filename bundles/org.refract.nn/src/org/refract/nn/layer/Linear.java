package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.Parameter;

/** {@code y = x Wᵀ + b}: {@code (..., in)} to {@code (..., out)}. */
public final class Linear extends Module {

    private final Parameter weight;
    private final Parameter bias;

    public Linear(String path, int in, int out, boolean withBias, Layout layout) {
        super(path, "Linear", out, layout, in == out);
        weight = parameter("weight", out, in);
        bias = withBias ? parameter("bias", out) : null;
    }

    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.call("linear", in, weight.value(), bias == null ? null : bias.value()));
    }
}
