package org.refract.model.sdxl.block;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.Conv2d;

/** Halves a map by a strided convolution: {@code (batch, channels, h, w)} to {@code (batch, channels, h', w')}. */
public final class Downsample2D extends Module {

    private final Conv2d conv;
    private final boolean padAtEnd;

    /** @param padding at every side (1 in the U-Net, h' = ⌈h/2⌉); 0 pads one row below and one column at the right instead (the VAE) */
    public Downsample2D(String path, int channels, int padding) {
        super(path, "Downsample2D", channels, Layout.SPATIAL, false);
        padAtEnd = padding == 0;
        conv = child(new Conv2d(path("conv"), channels, channels, 3, 2, padding));
    }

    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.scoped(step -> conv.forward(step, padAtEnd ? step.call(Blocks.KERNELS, "pad_at_end", in) : in)));
    }
}
