package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.refract.api.job.Monitor;
import org.refract.api.model.Pass;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.clip.TextEncoder;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.nn.Forward;
import org.refract.model.sdxl.nn.HookTable;
import org.refract.model.sdxl.nn.Module;

/**
 * Prompts to embeddings as SDXL wants them (SDXL, section 2.1): both encoders' last layer but one side by side, and the second one's
 * projected embedding of the whole text. Repeated requests are looked up, unless a hook listens in an
 * encoder.
 */
final class PromptEncoder implements AutoCloseable {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");
    private static final long CACHE_BYTES = 64L << 20;

    private final Optional<TextEncoder> first;
    private final Optional<Tokenizer> firstTokenizer;
    private final TextEncoder second;
    private final Tokenizer secondTokenizer;
    private final Scope cacheScope;
    private final LinkedHashMap<List<String>, Embedding> cache = new LinkedHashMap<>(16, 0.75f, true);
    private final long cachedRows;

    /**
     * Embeddings of some prompts.
     *
     * @param context {@code (prompts, tokens, width)}
     * @param pooled  {@code (prompts, width)}
     */
    record Embedding(NDArray context, NDArray pooled) {
        private void close() {
            context.close();
            pooled.close();
        }
    }

    PromptEncoder(SdxlParts parts, Optional<Tokenizer> firstTokenizer, Tokenizer secondTokenizer, Scope weights) {
        this.first = parts.textEncoder();
        this.second = parts.textEncoder2();
        this.firstTokenizer = firstTokenizer;
        this.secondTokenizer = secondTokenizer;
        this.cacheScope = weights.child();
        long width = first.map(t -> t.config().hiddenSize()).orElse(0) + second.config().hiddenSize();
        this.cachedRows = CACHE_BYTES / (Float.BYTES * width * second.config().positions());
    }

    /** Longest prompt in tokens, start and end included. */
    int maxLength() {
        return secondTokenizer.maxLength();
    }

    /**
     * Embeddings of texts, in their order; says in a note how many were cut. The same list always gives the same embeddings to the bit,
     * hooked or not, because its texts are always computed together.
     *
     * @return tensors that must not be closed, and that live until the next call
     */
    Embedding encode(List<String> texts, HookTable hooks, Pass pass, Monitor monitor, NDManager owner) {
        noteCut(texts, monitor);
        if (touchedBy(hooks)) {
            return compute(texts, hooks, pass, owner);
        }
        Embedding known = cache.get(texts);
        if (known == null) {
            known = compute(texts, HookTable.EMPTY, pass, cacheScope.manager());
            cache.put(List.copyOf(texts), known);
            forgetEldest();
        }
        return known;
    }

    private void forgetEldest() {
        long rows = cache.keySet().stream().mapToLong(List::size).sum();
        while (rows > cachedRows && cache.size() > 1) {
            var eldest = cache.pollFirstEntry();
            rows -= eldest.getKey().size();
            eldest.getValue().close();
        }
    }

    /** Whether a hook listens in an encoder. */
    private boolean touchedBy(HookTable hooks) {
        return hooks.touches(second) || first.filter((Module m) -> hooks.touches(m)).isPresent();
    }

    /** An embedding of zeros for so many prompts. */
    Embedding zeros(int prompts, Embedding like, NDManager owner) {
        return new Embedding(KERNELS.call(owner, "zero_rows", like.context, prompts), KERNELS.call(owner, "zero_rows", like.pooled, prompts));
    }

    /** The rows of one after those of another. */
    static Embedding join(List<Embedding> embeddings, NDManager owner) {
        return new Embedding(KERNELS.call(owner, "join_rows", embeddings.stream().map(Embedding::context).toList()),
                KERNELS.call(owner, "join_rows", embeddings.stream().map(Embedding::pooled).toList()));
    }

    private Embedding compute(List<String> prompts, HookTable hooks, Pass pass, NDManager owner) {
        try (NDManager step = owner.newSubManager()) {
            Forward run = new Forward(hooks, pass, step);
            TextEncoder.Encoding two = second.forward(run, ids(prompts, secondTokenizer, step), second.config().layers() - 1, true);
            NDArray context = two.hidden();
            if (first.isPresent()) {
                TextEncoder one = first.get();
                NDArray ids = ids(prompts, firstTokenizer.orElseThrow(), step);
                NDArray hidden = one.forward(run, ids, one.config().layers() - 1, false).hidden();
                context = KERNELS.call(step, "side_by_side", hidden, context);
            }
            NDArray pooled = two.embedded().orElseThrow();
            context.attach(owner);
            pooled.attach(owner);
            return new Embedding(context, pooled);
        }
    }

    private static NDArray ids(List<String> prompts, Tokenizer tokenizer, NDManager owner) {
        long[] ids = new long[prompts.size() * tokenizer.maxLength()];
        for (int i = 0; i < prompts.size(); i++) {
            System.arraycopy(tokenizer.encode(prompts.get(i)).ids(), 0, ids, i * tokenizer.maxLength(), tokenizer.maxLength());
        }
        return Tensors.of(owner, ids, prompts.size(), tokenizer.maxLength());
    }

    private void noteCut(List<String> prompts, Monitor monitor) {
        List<String> cut = new ArrayList<>();
        for (String prompt : new LinkedHashSet<>(prompts)) {
            if (prompt.length() > maxLength() - 2 && secondTokenizer.encode(prompt).cut() > 0) {
                cut.add(prompt);
            }
        }
        if (!cut.isEmpty()) {
            monitor.note("%s longer than %d tokens and %s cut there.".formatted(cut.size() == 1 ? "A prompt was" : cut.size() + " prompts were",
                    maxLength() - 2, cut.size() == 1 ? "was" : "were"));
        }
    }

    @Override
    public void close() {
        cache.clear();
        cacheScope.close();
    }
}
