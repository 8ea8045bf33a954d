package org.refract.model.sdxl.vae;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.AttentionHeads;
import org.refract.nn.layer.AttentionProbs;
import org.refract.nn.layer.GroupNorm;
import org.refract.nn.layer.Linear;

/**
 * One head of attention of a map to itself: {@code out = x + to_out(softmax(q kᵀ / √channels) v)} with q, k, v from {@code group_norm(x)}:
 * {@code (batch, channels, h, w)} to the same.
 */
final class VaeAttention extends Module {

    private final GroupNorm groupNorm;
    private final Linear toQ;
    private final Linear toK;
    private final Linear toV;
    private final AttentionProbs probs;
    private final Linear toOut;

    VaeAttention(String path, int channels, int groups) {
        super(path, "Attention", channels, Layout.SPATIAL, true);
        groupNorm = child(new GroupNorm(path("group_norm"), channels, groups, VaeMidBlock2D.EPS));
        toQ = child(linear("to_q", channels));
        toK = child(linear("to_k", channels));
        toV = child(linear("to_v", channels));
        probs = child(new AttentionProbs(path, AttentionHeads.of(1, width())));
        toOut = child(linear("to_out.0", channels));
    }

    private Linear linear(String name, int channels) {
        return new Linear(path(name), channels, channels, true, Layout.SEQUENCE);
    }

    NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.scoped(step -> {
            NDArray n = step.call("map_to_sequence", groupNorm.forward(step, in));
            NDArray y = probs.forward(step, toQ.forward(step, n), toK.forward(step, n), toV.forward(step, n));
            return step.call("total", step.call("sequence_to_map", toOut.forward(step, y), in), in);
        }));
    }
}
