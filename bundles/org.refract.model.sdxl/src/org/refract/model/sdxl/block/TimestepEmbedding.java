package org.refract.model.sdxl.block;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.Activation;
import org.refract.nn.layer.Linear;

/** {@code linear_2(silu(linear_1(x)))}: {@code (batch, in)} to {@code (batch, width)}. */
public final class TimestepEmbedding extends Module {

    private final Linear linear1;
    private final Activation act;
    private final Linear linear2;

    public TimestepEmbedding(String path, int in, int width) {
        super(path, "TimestepEmbedding", width, Layout.VECTOR, in == width);
        linear1 = child(new Linear(path("linear_1"), in, width, true, Layout.VECTOR));
        act = child(Activation.silu(path("act"), width, Layout.VECTOR));
        linear2 = child(new Linear(path("linear_2"), width, width, true, Layout.VECTOR));
    }

    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.scoped(step -> linear2.forward(step, act.forward(step, linear1.forward(step, in)))));
    }
}
