package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/**
 * Causal self-attention with {@code q_proj}, {@code k_proj}, {@code v_proj} and {@code o_proj} (Llama, Mistral, Qwen, Gemma): {@code (batch,
 * positions, width)} to the same. Queries and keys are normalised per head if norms are given, then turned if a rotary embedding is.
 */
public final class GroupedQueryAttention extends Module {

    /**
     * What families differ in.
     *
     * @param width   features of the stream
     * @param heads   heads
     * @param biases  whether q, k and v have biases (Qwen 2)
     * @param outBias whether the output has one
     * @param window  how many tokens a position sees, 0 for all before it
     * @param rotary  how queries and keys are turned
     * @param norms   how queries and keys are normalised (Qwen 3, Gemma 3)
     */
    public record Form(int width, AttentionHeads heads, boolean biases, boolean outBias, int window,
            Optional<Rotary> rotary, Optional<RmsNorm.Form> norms) {
    }

    private final Form form;
    private final Linear q;
    private final Linear k;
    private final Linear v;
    private final Optional<RmsNorm> qNorm;
    private final Optional<RmsNorm> kNorm;
    private final AttentionProbs probs;
    private final Linear out;

    public GroupedQueryAttention(String path, Form form) {
        super(path, "Attention", form.width(), Layout.SEQUENCE, true);
        this.form = form;
        AttentionHeads heads = form.heads();
        q = child(new Linear(path("q_proj"), form.width(), heads.width(), form.biases(), Layout.SEQUENCE));
        k = child(new Linear(path("k_proj"), form.width(), heads.keyWidth(), form.biases(), Layout.SEQUENCE));
        v = child(new Linear(path("v_proj"), form.width(), heads.keyWidth(), form.biases(), Layout.SEQUENCE));
        qNorm = form.norms().map(norm -> child(RmsNorm.perHead(path("q_norm"), heads.heads(), heads.headWidth(), norm)));
        kNorm = form.norms().map(norm -> child(RmsNorm.perHead(path("k_norm"), heads.keyHeads(), heads.headWidth(), norm)));
        probs = child(new AttentionProbs(path, heads));
        out = child(new Linear(path("o_proj"), heads.width(), form.width(), form.outBias(), Layout.SEQUENCE));
    }

    public NDArray forward(Forward run, NDArray x, Span span) {
        return run.at(this, x, in -> run.scoped(step -> {
            NDArray queries = placed(step, q.forward(step, in), qNorm, form.heads().heads(), span);
            NDArray keys = placed(step, k.forward(step, in), kNorm, form.heads().keyHeads(), span);
            KeyValueCache.KeysAndValues all = span.cache().joined(step, this, keys, v.forward(step, in));
            return out.forward(step, probs.forward(step, queries, all.keys(), all.values(), span.mask(form.window())));
        }));
    }

    private NDArray placed(Forward run, NDArray x, Optional<RmsNorm> norm, int heads, Span span) {
        NDArray even = norm.isPresent() ? norm.get().forward(run, x) : x;
        return form.rotary().isEmpty() ? even : form.rotary().get().rotate(run, even, span.angles(form.rotary().get()), heads);
    }
}
