package org.refract.model.sdxl.block;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/**
 * Sinusoids of a number, {@code (batch)} to {@code (batch, width)}: {@code sin(t f_i)} and {@code cos(t f_i)} with
 * {@code f_i = 10000^(-i / (width/2 - shift))} (Attention Is All You Need, section 3.5; Denoising Diffusion Probabilistic Models).
 */
public final class Timesteps extends Module {

    private final boolean cosineFirst;
    private final double shift;

    public Timesteps(String path, int width, boolean cosineFirst, double shift) {
        super(path, "Timesteps", width, Layout.VECTOR, false);
        this.cosineFirst = cosineFirst;
        this.shift = shift;
    }

    /** @param t {@code (batch)} float32 */
    public NDArray forward(Forward run, NDArray t) {
        return run.at(this, t, in -> run.call(Blocks.KERNELS, "sinusoid", in, width(), cosineFirst, shift));
    }
}
