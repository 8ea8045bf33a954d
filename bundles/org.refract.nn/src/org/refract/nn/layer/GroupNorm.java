package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.Parameter;

/** Normalises each group of channels of each example to mean 0 and variance 1, then scales and shifts each channel. */
public final class GroupNorm extends Module {

    private final Parameter weight;
    private final Parameter bias;
    private final int groups;
    private final double eps;

    public GroupNorm(String path, int channels, int groups, double eps) {
        super(path, "GroupNorm", channels, Layout.SPATIAL, true);
        weight = parameter("weight", channels);
        bias = parameter("bias", channels);
        this.groups = groups;
        this.eps = eps;
    }

    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.call("group_norm", in, weight.value(), bias.value(), groups, eps));
    }
}
