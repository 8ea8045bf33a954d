package org.refract.model.sdxl.clip;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.Activation;
import org.refract.nn.layer.AttentionHeads;
import org.refract.nn.layer.AttentionProbs;
import org.refract.nn.layer.LayerNorm;
import org.refract.nn.layer.Linear;

/**
 * {@code x += self_attn(layer_norm1(x)); x += mlp(layer_norm2(x))}, where a token attends to itself and those before it:
 * {@code (batch, positions, width)} to the same.
 */
final class EncoderLayer extends Module {

    private final LayerNorm layerNorm1;
    private final SelfAttention selfAttn;
    private final LayerNorm layerNorm2;
    private final Mlp mlp;
    private final TextConfig config;

    EncoderLayer(String path, TextConfig config) {
        super(path, "CLIPEncoderLayer", config.hiddenSize(), Layout.SEQUENCE, true);
        this.config = config;
        layerNorm1 = child(new LayerNorm(path("layer_norm1"), width(), config.layerNormEps()));
        selfAttn = child(new SelfAttention(path("self_attn"), config));
        layerNorm2 = child(new LayerNorm(path("layer_norm2"), width(), config.layerNormEps()));
        mlp = child(new Mlp(path("mlp"), config));
    }

    NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.stepByStep(this)
                ? run.scoped(step -> stepByStep(step, in))
                : run.callForEach(TextEncoder.CLIP, "clip_layer", List.of(in), weights(), config.heads(),
                        config.layerNormEps(), config.activation()));
    }

    private NDArray stepByStep(Forward run, NDArray x) {
        NDArray h = run.call("total", x, selfAttn.forward(run, layerNorm1.forward(run, x)));
        return run.call("total", h, mlp.forward(run, layerNorm2.forward(run, h)));
    }

    private static final class SelfAttention extends Module {
        private final Linear q;
        private final Linear k;
        private final Linear v;
        private final AttentionProbs probs;
        private final Linear out;

        private SelfAttention(String path, TextConfig config) {
            super(path, "CLIPAttention", config.hiddenSize(), Layout.SEQUENCE, true);
            q = child(projection("q_proj"));
            k = child(projection("k_proj"));
            v = child(projection("v_proj"));
            probs = child(new AttentionProbs(path, AttentionHeads.of(config.heads(), width() / config.heads()).withCausal()));
            out = child(projection("out_proj"));
        }

        private Linear projection(String name) {
            return new Linear(path(name), width(), width(), true, Layout.SEQUENCE);
        }

        private NDArray forward(Forward run, NDArray x) {
            return run.at(this, x, in -> run.scoped(step ->
                    out.forward(step, probs.forward(step, q.forward(step, in), k.forward(step, in), v.forward(step, in)))));
        }
    }

    private static final class Mlp extends Module {
        private final Linear fc1;
        private final Activation activation;
        private final Linear fc2;

        private Mlp(String path, TextConfig config) {
            super(path, "CLIPMLP", config.hiddenSize(), Layout.SEQUENCE, true);
            int inner = config.intermediateSize();
            fc1 = child(new Linear(path("fc1"), width(), inner, true, Layout.SEQUENCE));
            activation = child(new Activation(path("activation_fn"), config.activation(), config.activation(), inner, Layout.SEQUENCE));
            fc2 = child(new Linear(path("fc2"), inner, width(), true, Layout.SEQUENCE));
        }

        private NDArray forward(Forward run, NDArray x) {
            return run.at(this, x, in -> run.scoped(step -> fc2.forward(step, activation.forward(step, fc1.forward(step, in)))));
        }
    }
}
