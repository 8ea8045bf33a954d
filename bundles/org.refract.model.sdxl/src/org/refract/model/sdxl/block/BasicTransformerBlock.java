package org.refract.model.sdxl.block;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.LayerNorm;

/**
 * {@code x += attn1(norm1(x)); x += attn2(norm2(x), context); x += ff(norm3(x))}: {@code (batch, positions, width)} to the same.
 */
public final class BasicTransformerBlock extends Module {

    private final LayerNorm norm1;
    private final Attention attn1;
    private final LayerNorm norm2;
    private final Attention attn2;
    private final LayerNorm norm3;
    private final FeedForward ff;
    private final int heads;

    public BasicTransformerBlock(String path, int width, int contextWidth, int heads) {
        super(path, "BasicTransformerBlock", width, Layout.SEQUENCE, true);
        this.heads = heads;
        norm1 = child(new LayerNorm(path("norm1"), width, LayerNorm.EPS));
        attn1 = child(new Attention(path("attn1"), width, width, heads));
        norm2 = child(new LayerNorm(path("norm2"), width, LayerNorm.EPS));
        attn2 = child(new Attention(path("attn2"), width, contextWidth, heads));
        norm3 = child(new LayerNorm(path("norm3"), width, LayerNorm.EPS));
        ff = child(new FeedForward(path("ff"), width));
    }

    NDArray forward(Forward run, NDArray x, NDArray context) {
        return run.at(this, x, in -> run.stepByStep(this)
                ? run.scoped(step -> stepByStep(step, in, context))
                : run.scoped(step -> step.call(Blocks.KERNELS, "transformer_block", in,
                        Blocks.KERNELS.callList(step.owner(), "keys_and_values_at", context, weights(), 0), 0, weights(), 0, heads, LayerNorm.EPS)));
    }

    private NDArray stepByStep(Forward run, NDArray x, NDArray context) {
        NDArray h = run.call("total", attn1.forward(run, norm1.forward(run, x)), x);
        h = run.call("total", attn2.forward(run, norm2.forward(run, h), context), h);
        return run.call("total", ff.forward(run, norm3.forward(run, h)), h);
    }
}
