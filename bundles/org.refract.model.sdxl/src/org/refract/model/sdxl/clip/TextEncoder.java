package org.refract.model.sdxl.clip;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.model.Layout;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.Parameter;
import org.refract.nn.layer.Embedding;
import org.refract.nn.layer.LayerNorm;
import org.refract.nn.layer.Linear;

/**
 * {@code CLIPTextModel} and {@code CLIPTextModelWithProjection} (Learning Transferable Visual Models From Natural Language Supervision).
 * SDXL reads the output of the last layer but one, and from the second encoder the projected embedding of the whole text.
 */
public final class TextEncoder extends Module {

    static final KernelLibrary CLIP = KernelLibrary.of(TextEncoder.class, "clip.ts.py", Forward.LAYERS);

    private final TextConfig config;
    private final TextModel textModel;
    private final Optional<Linear> textProjection;
    private final List<Given> given = new ArrayList<>();

    /**
     * What stands for the encoder's own output at some tokens.
     *
     * @param first   number of the first of them
     * @param vectors {@code (tokens, width)}
     */
    private record Given(int first, NDArray vectors) {
    }

    /**
     * What an encoder says about texts.
     *
     * @param hidden   {@code (batch, positions, width)} output of the layer that was asked for, without the final norm
     * @param last     {@code (batch, positions, width)} output of the final norm, empty if it was not asked for
     * @param pooled   {@code (batch, width)} the final norm's output at the end token, empty if it was not asked for
     * @param embedded {@code (batch, projection)} the pooled output projected, empty if it was not asked for or cannot be had
     */
    public record Encoding(NDArray hidden, Optional<NDArray> last, Optional<NDArray> pooled, Optional<NDArray> embedded) {
    }

    public TextEncoder(String path, TextConfig config) {
        super(path, config.projection() == 0 ? "CLIPTextModel" : "CLIPTextModelWithProjection", config.hiddenSize(), Layout.SEQUENCE, false);
        this.config = config;
        textModel = child(new TextModel(path("text_model"), config));
        textProjection = config.projection() == 0
                ? Optional.empty()
                : Optional.of(child(new Linear(path("text_projection"), config.hiddenSize(), config.projection(), false, Layout.VECTOR)));
    }

    @Override
    public boolean isHookable() {
        return false;
    }

    public TextConfig config() {
        return config;
    }

    /**
     * Adds tokens behind the vocabulary (textual inversion).
     *
     * @param vectors {@code (tokens, width)} float32
     * @param owner   keeps the longer table
     * @return the number of the first new token
     */
    int addTokens(NDArray vectors, Scope owner) {
        Parameter table = textModel.embeddings.token.parameters().findFirst().orElseThrow();
        NDArray before = table.value();
        table.fill(CLIP.call(owner, "longer_table", before, vectors));
        int first = (int) before.getShape().get(0);
        before.close();
        return first;
    }

    /**
     * Puts vectors in the place of the hidden states at tokens, whatever layer is asked for (OneTrainer's output embeddings).
     *
     * @param first   number of the first token
     * @param vectors {@code (tokens, width)} float32
     * @param owner   keeps them
     */
    void give(int first, NDArray vectors, Scope owner) {
        given.add(new Given(first, DTypes.place(owner.manager(), vectors, owner.placement())));
    }

    private NDArray hidden(Forward run, NDArray ids, NDArray states) {
        NDArray hidden = states;
        for (Given at : given) {
            hidden = CLIP.call(run.owner(), "given", hidden, ids, at.first, at.vectors);
        }
        return hidden;
    }

    /**
     * @param ids   {@code (batch, positions)} int64
     * @param layer which hidden state to return: 0 is the embeddings, l the output of layer l
     * @param whole whether to go on to the end for the final norm and the pooled embedding; what nobody asked for and no hook hears is not
     *              computed
     * @return tensors of {@code run}'s owner
     */
    public Encoding forward(Forward run, NDArray ids, int layer, boolean whole) {
        List<NDArray> states = new ArrayList<>();
        NDArray h = textModel.embeddings.forward(run, ids);
        states.add(h);
        boolean normed = whole || run.touches(textModel.finalLayerNorm);
        int layers = normed || textModel.encoder.beyond(run, layer) ? config.layers() : layer;
        textModel.encoder.forward(run, h, layers, states);
        if (!normed) {
            return new Encoding(hidden(run, ids, states.get(layer)), Optional.empty(), Optional.empty(), Optional.empty());
        }
        NDArray last = textModel.finalLayerNorm.forward(run, states.getLast());
        NDArray known = CLIP.call(run.owner(), "known_tokens", ids, config.vocabulary());
        NDArray pooled = run.call(TextEncoder.CLIP, "at_end_token", last, known, config.endToken(), TextConfig.LEGACY_END_TOKEN);
        return new Encoding(hidden(run, ids, states.get(layer)), Optional.of(last), Optional.of(pooled), textProjection.map(p -> p.forward(run, pooled)));
    }

    private static final class TextModel extends Module {
        private final Embeddings embeddings;
        private final Encoder encoder;
        private final LayerNorm finalLayerNorm;

        private TextModel(String path, TextConfig config) {
            super(path, "CLIPTextTransformer", config.hiddenSize(), Layout.SEQUENCE, false);
            embeddings = child(new Embeddings(path("embeddings"), config));
            encoder = child(new Encoder(path("encoder"), config));
            finalLayerNorm = child(new LayerNorm(path("final_layer_norm"), config.hiddenSize(), config.layerNormEps()));
        }

        @Override
        public boolean isHookable() {
            return false;
        }
    }

    /** {@code token_embedding(ids) + position_embedding(0, 1, ...)}. */
    private static final class Embeddings extends Module {
        private final Embedding token;
        private final Embedding position;

        private Embeddings(String path, TextConfig config) {
            super(path, "CLIPTextEmbeddings", config.hiddenSize(), Layout.SEQUENCE, false);
            token = child(new Embedding(path("token_embedding"), config.vocabulary(), config.hiddenSize()));
            position = child(new Embedding(path("position_embedding"), config.positions(), config.hiddenSize()));
        }

        private NDArray forward(Forward run, NDArray ids) {
            return run.at(this, ids, in -> run.scoped(step ->
                    step.call("total", token.forward(step, in), position.forward(step, step.call("positions", in)))));
        }
    }

    /** The stack of layers. */
    private static final class Encoder extends Module {
        private final List<EncoderLayer> layers = new ArrayList<>();

        private Encoder(String path, TextConfig config) {
            super(path, "CLIPEncoder", config.hiddenSize(), Layout.SEQUENCE, true);
            for (int i = 0; i < config.layers(); i++) {
                layers.add(child(new EncoderLayer(path("layers." + i), config)));
            }
        }

        /** Whether a hook listens at this stack as a whole or after a layer. */
        private boolean beyond(Forward run, int layer) {
            return run.listensAt(this) || layers.stream().skip(layer).anyMatch(run::touches);
        }

        private void forward(Forward run, NDArray x, int count, List<NDArray> states) {
            NDArray out = run.at(this, x, in -> {
                NDArray h = in;
                for (EncoderLayer layer : layers.subList(0, count)) {
                    h = layer.forward(run, h);
                    states.add(h);
                }
                return h;
            });
            states.set(states.size() - 1, out);
        }
    }
}
