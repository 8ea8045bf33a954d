package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.Parameter;

/** {@code w · x / √(mean(x²) + eps)} of each position over its features (Zhang and Sennrich 2019), in float32 whatever the element type. */
public final class RmsNorm extends Module {

    /**
     * How it is computed.
     *
     * @param eps     added to the mean square
     * @param onePlus whether the file's weight is what is added to 1 (Gemma)
     */
    public record Form(double eps, boolean onePlus) {
    }

    private final Parameter weight;
    private final Form form;

    public RmsNorm(String path, int width, Form form) {
        this(path, 1, width, form);
    }

    private RmsNorm(String path, int heads, int headWidth, Form form) {
        super(path, "RMSNorm", heads * headWidth, Layout.SEQUENCE, true);
        weight = parameter("weight", headWidth);
        this.form = form;
    }

    /** A norm of each head by itself, with one weight for all of them (Qwen 3, Gemma 3). */
    public static RmsNorm perHead(String path, int heads, int headWidth, Form form) {
        return new RmsNorm(path, heads, headWidth, form);
    }

    /** {@code (batch, positions, width)} to the same. */
    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.call("rms_norm", in, weight.value(), form.eps(), form.onePlus()));
    }
}
