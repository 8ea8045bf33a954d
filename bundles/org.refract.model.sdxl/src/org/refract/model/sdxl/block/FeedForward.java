package org.refract.model.sdxl.block;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.Dropout;
import org.refract.nn.layer.Linear;

/** {@code net.2(h · gelu(g))} with {@code (h, g) = net.0.proj(x)} split in halves: GEGLU (Shazeer 2020), four times as wide inside. */
public final class FeedForward extends Module {

    private static final int EXPANSION = 4;

    private final Geglu geglu;
    private final Dropout dropout;
    private final Linear out;

    public FeedForward(String path, int width) {
        super(path, "FeedForward", width, Layout.SEQUENCE, true);
        int inner = EXPANSION * width;
        geglu = child(new Geglu(path("net.0"), width, inner));
        dropout = child(new Dropout(path("net.1"), inner, Layout.SEQUENCE));
        out = child(new Linear(path("net.2"), inner, width, true, Layout.SEQUENCE));
    }

    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.scoped(step -> out.forward(step, dropout.forward(step, geglu.forward(step, in)))));
    }

    /** The gated half; its output is the "neuron" layer of the literature. */
    private static final class Geglu extends Module {
        private final Linear proj;

        private Geglu(String path, int in, int out) {
            super(path, "GEGLU", out, Layout.SEQUENCE, false);
            proj = child(new Linear(path("proj"), in, 2 * out, true, Layout.SEQUENCE));
        }

        private NDArray forward(Forward run, NDArray x) {
            return run.at(this, x, in -> run.scoped(step -> step.call(Blocks.KERNELS, "geglu", proj.forward(step, in))));
        }
    }
}
