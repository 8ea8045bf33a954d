package org.refract.model.sdxl.block;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.Conv2d;

/** Enlarges a map to a given size by its nearest value, then convolves: {@code (batch, channels, h, w)} to {@code (batch, channels, h', w')}. */
public final class Upsample2D extends Module {

    private final Conv2d conv;

    public Upsample2D(String path, int channels) {
        super(path, "Upsample2D", channels, Layout.SPATIAL, false);
        conv = child(Conv2d.same(path("conv"), channels, channels, 3));
    }

    /** @param size height and width of the result; twice the input's, or one less where the input side was odd once */
    public NDArray forward(Forward run, NDArray x, long... size) {
        return run.at(this, x, in -> run.scoped(step -> conv.forward(step, step.call(Blocks.KERNELS, "upsample_nearest", in, size))));
    }
}
