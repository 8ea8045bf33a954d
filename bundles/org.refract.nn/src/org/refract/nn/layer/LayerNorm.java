package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.Parameter;

/** Normalises each position to mean 0 and variance 1 over its features, then scales and shifts each feature. */
public final class LayerNorm extends Module {

    /** torch's default, which diffusers' transformer blocks use. */
    public static final double EPS = 1e-5;

    private final Parameter weight;
    private final Parameter bias;
    private final double eps;

    public LayerNorm(String path, int width, double eps) {
        super(path, "LayerNorm", width, Layout.SEQUENCE, true);
        weight = parameter("weight", width);
        bias = parameter("bias", width);
        this.eps = eps;
    }

    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.call("layer_norm", in, weight.value(), bias.value(), eps));
    }
}
