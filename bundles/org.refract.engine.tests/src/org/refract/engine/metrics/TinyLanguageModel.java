package org.refract.engine.metrics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.LanguageModel;
import org.refract.api.model.Layout;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Pass;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.model.TextOutput;
import org.refract.api.model.TextRequest;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** A bigram model: logits = h U with h = E[token], and one hook point, h. A letter is a token. */
final class TinyLanguageModel implements LanguageModel {

    static final HookPoint POINT = new HookPoint("h", Site.OUTPUT);
    static final int WIDTH = 5;
    static final int TOKENS = 128;

    private static final KernelLibrary KERNELS = KernelLibrary.ofText("bigram", """
            def embedded(table: Tensor, tokens: Tensor) -> Tensor:
              return torch.embedding(table, tokens)

            def logits(h: Tensor, out: Tensor) -> Tensor:
              return torch.matmul(h, out)
            """);

    private final float[] embedding = new TorchRandom(1).randn(TOKENS * WIDTH);
    private final float[] unembedding = new TorchRandom(2).randn(WIDTH * TOKENS);

    /** What follows a token when h is scaled. */
    double[] probabilities(long token, double scale) {
        double[] p = new double[TOKENS];
        double sum = 0;
        for (int j = 0; j < TOKENS; j++) {
            double logit = 0;
            for (int c = 0; c < WIDTH; c++) {
                logit += scale * embedding[(int) token * WIDTH + c] * unembedding[c * TOKENS + j];
            }
            p[j] = Math.exp(logit);
            sum += p[j];
        }
        for (int j = 0; j < TOKENS; j++) {
            p[j] /= sum;
        }
        return p;
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo("bigram", "bigram", 0, "sha256:bigram", Map.of());
    }

    @Override
    public Placement placement() {
        return Placement.CPU;
    }

    @Override
    public List<HookPointInfo> hookPoints() {
        return List.of(new HookPointInfo("h", "Embedding", WIDTH, Layout.values()[Layout.values().length - 1], false, ""));
    }

    @Override
    public List<HookPoint> defaultHookPoints() {
        return List.of(POINT);
    }

    @Override
    public long[] tokenize(String text) {
        return text.chars().mapToLong(c -> c % TOKENS).toArray();
    }

    @Override
    public String detokenize(long[] tokens) {
        StringBuilder text = new StringBuilder();
        for (long token : tokens) {
            text.append((char) token);
        }
        return text.toString();
    }

    @Override
    public TextOutput read(TextRequest request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) {
        if (!(request.passages().getFirst() instanceof TextRequest.Passage.Ids(List<Long> ids)) || request.examples() != 1) {
            throw new IllegalArgumentException("one passage of ids is read at a time");
        }
        NDArray tokens = Tensors.of(owner, ids.stream().mapToLong(id -> id).toArray(), 1, ids.size());
        NDArray mask = Tensors.of(owner, ids.stream().mapToLong(id -> 1).toArray(), 1, ids.size());
        try (NDManager step = owner.newSubManager()) {
            NDArray h = KERNELS.call(step, "embedded", Tensors.of(step, embedding, TOKENS, WIDTH), tokens);
            for (Hook hook : hooks) {
                h = hook.apply(new Pass(0, 1, 0, 1, false), h);
            }
            return new TextOutput(tokens, mask, Optional.of(KERNELS.call(owner, "logits", h, Tensors.of(step, unembedding, WIDTH, TOKENS))));
        }
    }

    @Override
    public void close() {
    }
}
