package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.Layout;
import org.refract.nn.ConfigFile;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/** Whole language models of two families, written from the layers alone: what the layers must suffice for. */
final class TinyLanguageModels {

    private TinyLanguageModels() {
    }

    /** Tokens to logits. */
    abstract static class Model extends Module {
        Model(int width) {
            super("lm", "Model", width, Layout.SEQUENCE, false);
        }

        /** @param ids int64 {@code (batch, positions)} */
        abstract NDArray logits(Forward run, NDArray ids, Span span);
    }

    static final class Llama extends Model {
        private final Embedding embed;
        private final List<LlamaBlock> blocks = new ArrayList<>();
        private final RmsNorm norm;
        private final Linear head;

        Llama(ConfigFile config) throws RefractException {
            super(config.integer("hidden_size"));
            int heads = config.integer("num_attention_heads");
            int headWidth = config.integer("head_dim", width() / heads);
            RmsNorm.Form norms = new RmsNorm.Form(config.real("rms_norm_eps", 1e-6), false);
            Rotary rotary = new Rotary(headWidth, config.real("rope_theta", 1e4), false, scaling(config));
            AttentionHeads shared = AttentionHeads.grouped(heads, config.integer("num_key_value_heads"), headWidth);
            var attention = new GroupedQueryAttention.Form(width(), shared, false, false, 0, Optional.of(rotary), Optional.empty());
            embed = child(new Embedding(path("model.embed_tokens"), config.integer("vocab_size"), width()));
            for (int i = 0; i < config.integer("num_hidden_layers"); i++) {
                blocks.add(child(new LlamaBlock(path("model.layers." + i), attention, norms, config.integer("intermediate_size"))));
            }
            norm = child(new RmsNorm(path("model.norm"), width(), norms));
            head = child(new Linear(path("lm_head"), width(), config.integer("vocab_size"), false, Layout.SEQUENCE));
        }

        private static Optional<Rotary.Llama3Scaling> scaling(ConfigFile config) throws RefractException {
            if (!config.has("rope_scaling")) {
                return Optional.empty();
            }
            ConfigFile scaling = ConfigFile.of("rope_scaling", config.value("rope_scaling").orElseThrow().toString());
            return Optional.of(new Rotary.Llama3Scaling(scaling.real("factor", 1), scaling.real("low_freq_factor", 1),
                    scaling.real("high_freq_factor", 4), scaling.real("original_max_position_embeddings", 8192)));
        }

        @Override
        NDArray logits(Forward run, NDArray ids, Span span) {
            NDArray x = embed.forward(run, ids);
            for (LlamaBlock block : blocks) {
                x = block.forward(run, x, span);
            }
            return head.forward(run, norm.forward(run, x));
        }
    }

    /** {@code x += self_attn(input_layernorm(x)); x += mlp(post_attention_layernorm(x))}. */
    private static final class LlamaBlock extends Module {
        private final RmsNorm inputNorm;
        private final GroupedQueryAttention attention;
        private final RmsNorm postNorm;
        private final GatedMlp mlp;

        LlamaBlock(String path, GroupedQueryAttention.Form form, RmsNorm.Form norms, int inner) {
            super(path, "Block", form.width(), Layout.SEQUENCE, true);
            inputNorm = child(new RmsNorm(path("input_layernorm"), width(), norms));
            attention = child(new GroupedQueryAttention(path("self_attn"), form));
            postNorm = child(new RmsNorm(path("post_attention_layernorm"), width(), norms));
            mlp = child(new GatedMlp(path("mlp"), width(), inner, "silu", false));
        }

        NDArray forward(Forward run, NDArray x, Span span) {
            return run.at(this, x, in -> run.scoped(step -> {
                NDArray h = step.call("total", in, attention.forward(step, inputNorm.forward(step, in), span));
                return step.call("total", h, mlp.forward(step, postNorm.forward(step, h)));
            }));
        }
    }

    static final class Gpt2 extends Model {
        private final Embedding tokens;
        private final Embedding places;
        private final List<Gpt2Block> blocks = new ArrayList<>();
        private final LayerNorm norm;
        private final TiedHead head;

        Gpt2(ConfigFile config) throws RefractException {
            super(config.integer("n_embd"));
            double eps = config.real("layer_norm_epsilon", LayerNorm.EPS);
            tokens = child(new Embedding(path("wte"), config.integer("vocab_size"), width()));
            places = child(new Embedding(path("wpe"), config.integer("n_positions"), width()));
            for (int i = 0; i < config.integer("n_layer"); i++) {
                blocks.add(child(new Gpt2Block(path("h." + i), width(), config.integer("n_head"), eps)));
            }
            norm = child(new LayerNorm(path("ln_f"), width(), eps));
            head = child(new TiedHead(path("lm_head"), tokens));
        }

        @Override
        NDArray logits(Forward run, NDArray ids, Span span) {
            NDArray x = run.call("total", tokens.forward(run, ids), places.forward(run, span.positions()));
            for (Gpt2Block block : blocks) {
                x = block.forward(run, x, span);
            }
            return head.forward(run, norm.forward(run, x));
        }
    }

    /** {@code x += attn(ln_1(x)); x += mlp(ln_2(x))}, with queries, keys and values of one product. */
    private static final class Gpt2Block extends Module {
        private static final int INNER = 4;
        private final LayerNorm ln1;
        private final Linear qkv;
        private final AttentionProbs probs;
        private final Linear out;
        private final LayerNorm ln2;
        private final Mlp mlp;

        Gpt2Block(String path, int width, int heads, double eps) {
            super(path, "Block", width, Layout.SEQUENCE, true);
            ln1 = child(new LayerNorm(path("ln_1"), width, eps));
            qkv = child(new Linear(path("attn.c_attn"), width, 3 * width, true, Layout.SEQUENCE));
            probs = child(new AttentionProbs(path("attn"), AttentionHeads.of(heads, width / heads)));
            out = child(new Linear(path("attn.c_proj"), width, width, true, Layout.SEQUENCE));
            ln2 = child(new LayerNorm(path("ln_2"), width, eps));
            mlp = child(new Mlp(path("mlp"), new Mlp.Names("c_fc", "act", "c_proj"), width, INNER * width, "gelu_tanh"));
        }

        NDArray forward(Forward run, NDArray x, Span span) {
            return run.at(this, x, in -> run.scoped(step -> {
                NDArray h = step.call("total", in, attend(step, ln1.forward(step, in), span));
                return step.call("total", h, mlp.forward(step, ln2.forward(step, h)));
            }));
        }

        private NDArray attend(Forward run, NDArray x, Span span) {
            NDArray all = qkv.forward(run, x);
            NDArray q = run.call("part_of_heads", all, 1, 0, 3);
            var kv = span.cache().joined(run, this, run.call("part_of_heads", all, 1, 1, 3), run.call("part_of_heads", all, 1, 2, 3));
            return out.forward(run, probs.forward(run, q, kv.keys(), kv.values(), span.mask(0)));
        }
    }
}
