package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/** An elementwise function without weights: {@code silu}, {@code gelu}, {@code quick_gelu}. */
public final class Activation extends Module {

    private final String function;

    public Activation(String path, String kind, String function, int width, Layout layout) {
        super(path, kind, width, layout, true);
        this.function = function;
    }

    /** {@code x · sigmoid(x)}. */
    public static Activation silu(String path, int width, Layout layout) {
        return new Activation(path, "SiLU", "silu", width, layout);
    }

    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.call(function, in));
    }
}
