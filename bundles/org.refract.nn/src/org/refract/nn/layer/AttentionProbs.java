package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/**
 * {@code softmax(q kᵀ / √d) v} for each head. Its input is the scores {@code q kᵀ / √d}, its output the probabilities, both {@code (batch,
 * heads, positions, tokens)}: how much a position attends to each token.
 *
 * <p>The matrix exists only where a hook listens. Left as it is, the result is that of the fused attention to the bit; a replaced matrix is
 * multiplied with {@code v}.
 */
public final class AttentionProbs extends Module {

    private final int heads;
    private final boolean causal;

    /**
     * @param attention path of the attention it belongs to
     * @param causal    whether a position attends to itself and those before it alone
     */
    public AttentionProbs(String attention, int heads, boolean causal) {
        super(attention + ".probs", "AttentionProbs", heads, Layout.ATTENTION, false);
        this.heads = heads;
        this.causal = causal;
    }

    /**
     * @param q {@code (batch, positions, width)}
     * @param k {@code (batch, tokens, width)}, as {@code v}
     * @return {@code (batch, positions, width)}
     */
    public NDArray forward(Forward run, NDArray q, NDArray k, NDArray v) {
        if (!run.listensAt(this)) {
            return run.call("attend", q, k, v, heads, causal);
        }
        NDArray scores = run.call("attention_scores", q, k, heads, causal);
        NDArray[] own = new NDArray[1];
        NDArray probs = run.at(this, scores, in -> {
            NDArray made = run.call("attention_probs", in);
            own[0] = in == scores ? made : null;
            return made;
        });
        return probs == own[0] ? run.call("attend", q, k, v, heads, causal) : run.call("attend_with", probs, v);
    }
}
