package org.refract.model.sdxl.block;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.AttentionHeads;
import org.refract.nn.layer.AttentionProbs;
import org.refract.nn.layer.Dropout;
import org.refract.nn.layer.Linear;

/**
 * {@code to_out(softmax(q kᵀ / √d) v)} with {@code q = to_q(x)}, {@code k = to_k(context)}, {@code v = to_v(context)}: {@code x}
 * {@code (batch, positions, width)}, {@code context} {@code (batch, tokens, contextWidth)}, to {@code (batch, positions, width)}.
 */
public final class Attention extends Module {

    private final Linear toQ;
    private final Linear toK;
    private final Linear toV;
    private final Linear toOut;
    private final Dropout dropout;
    private final AttentionProbs probs;

    public Attention(String path, int width, int contextWidth, int heads) {
        super(path, "Attention", width, Layout.SEQUENCE, true);
        toQ = child(new Linear(path("to_q"), width, width, false, Layout.SEQUENCE));
        toK = child(new Linear(path("to_k"), contextWidth, width, false, Layout.SEQUENCE));
        toV = child(new Linear(path("to_v"), contextWidth, width, false, Layout.SEQUENCE));
        probs = child(new AttentionProbs(path, AttentionHeads.of(heads, width / heads)));
        toOut = child(new Linear(path("to_out.0"), width, width, true, Layout.SEQUENCE));
        dropout = child(new Dropout(path("to_out.1"), width, Layout.SEQUENCE));
    }

    /** Attends to itself. */
    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.scoped(step -> compute(step, in, in)));
    }

    /** Attends to a context. */
    public NDArray forward(Forward run, NDArray x, NDArray context) {
        return run.at(this, x, in -> run.scoped(step -> compute(step, in, context)));
    }

    private NDArray compute(Forward run, NDArray x, NDArray context) {
        NDArray q = toQ.forward(run, x);
        NDArray k = toK.forward(run, context);
        NDArray v = toV.forward(run, context);
        return dropout.forward(run, toOut.forward(run, probs.forward(run, q, k, v)));
    }
}
