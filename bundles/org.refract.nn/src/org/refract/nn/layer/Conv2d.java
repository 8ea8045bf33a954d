package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.Parameter;

/** A 2-d convolution: {@code (batch, in, h, w)} to {@code (batch, out, h', w')}. */
public final class Conv2d extends Module {

    private final Parameter weight;
    private final Parameter bias;
    private final int stride;
    private final int padding;

    public Conv2d(String path, int in, int out, int kernel, int stride, int padding) {
        super(path, "Conv2d", out, Layout.SPATIAL, in == out && stride == 1 && 2 * padding == kernel - 1);
        weight = parameter("weight", out, in, kernel, kernel);
        bias = parameter("bias", out);
        this.stride = stride;
        this.padding = padding;
    }

    /** A convolution that keeps the size of the map. */
    public static Conv2d same(String path, int in, int out, int kernel) {
        return new Conv2d(path, in, out, kernel, 1, (kernel - 1) / 2);
    }

    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.callForEach("conv2d", List.of(in), weight.value(), bias.value(), stride, padding));
    }
}
