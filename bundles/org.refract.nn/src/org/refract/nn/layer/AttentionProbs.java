package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/**
 * {@code softmax(scale · q kᵀ) v} for each head. Its input is the scores, its output the probabilities, both {@code (batch, heads, positions,
 * tokens)}: how much a position attends to each token.
 *
 * <p>The matrix exists only where a hook listens. Left as it is, the result is that of the attention without it to the bit; a replaced matrix
 * is multiplied with {@code v}.
 */
public final class AttentionProbs extends Module {

    private final AttentionHeads heads;

    /** @param attention path of the attention it belongs to */
    public AttentionProbs(String attention, AttentionHeads heads) {
        super(attention + ".probs", "AttentionProbs", heads.heads(), Layout.ATTENTION, false);
        this.heads = heads;
    }

    /**
     * Attends to every token, or to none later than itself where the heads are causal.
     *
     * @param q {@code (batch, positions, width)}
     * @param k {@code (batch, tokens, keyWidth)}, as {@code v}
     * @return {@code (batch, positions, width)}
     */
    public NDArray forward(Forward run, NDArray q, NDArray k, NDArray v) {
        return compute(run, q, k, v, null, heads.causal());
    }

    /** @param mask {@code (batch, 1, positions, tokens)}, true where a position may look; it alone decides */
    public NDArray forward(Forward run, NDArray q, NDArray k, NDArray v, NDArray mask) {
        return compute(run, q, k, v, mask, false);
    }

    private NDArray compute(Forward run, NDArray q, NDArray k, NDArray v, NDArray mask, boolean causal) {
        if (!run.listensAt(this)) {
            return attend(run, q, k, v, mask, causal);
        }
        NDArray scores = run.call("attention_scores", q, k, mask, heads.heads(), heads.keyHeads(), causal, heads.scale(), heads.softcap());
        NDArray[] own = new NDArray[1];
        NDArray probs = run.at(this, scores, in -> {
            NDArray made = run.call("attention_probs", in);
            own[0] = in == scores ? made : null;
            return made;
        });
        return probs == own[0] ? attend(run, q, k, v, mask, causal) : run.call("attend_with", probs, v, heads.keyHeads());
    }

    private NDArray attend(Forward run, NDArray q, NDArray k, NDArray v, NDArray mask, boolean causal) {
        return run.call("attend", q, k, v, mask, heads.heads(), heads.keyHeads(), causal, heads.scale(), heads.softcap());
    }
}
