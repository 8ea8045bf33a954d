package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Pass;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Lanes;
import org.refract.engine.tensor.Scope;
import org.refract.model.sdxl.clip.TextEncoder;
import org.refract.model.sdxl.clip.TextualInversion;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.prompt.PromptRows;
import org.refract.model.sdxl.prompt.Texts;
import org.refract.model.sdxl.prompt.Unread;
import org.refract.nn.Forward;
import org.refract.nn.HookTable;
import org.refract.nn.Module;

/**
 * Prompts to embeddings as SDXL wants them (SDXL, section 2.1): both encoders' last layer but one side by side, and the second one's
 * projected embedding of the whole text. Repeated requests are looked up, unless a hook listens in an
 * encoder.
 */
final class PromptEncoder implements AutoCloseable {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");
    private static final long CACHE_BYTES = 64L << 20;
    private static final int LONGEST_QUOTE = 300;

    private final Optional<TextEncoder> first;
    private final Optional<Tokenizer> firstTokenizer;
    private final TextEncoder second;
    private final Tokenizer secondTokenizer;
    private final List<TextualInversion> inversions;
    private final Scope cacheScope;
    private final Lanes lanes;
    private final LinkedHashMap<Texts, Embedding> cache = new LinkedHashMap<>(16, 0.75f, true);
    private final long cachedRows;

    /**
     * Embeddings of some prompts.
     *
     * @param context {@code (prompts, tokens, width)}; 77 tokens per window of the longest prompt
     * @param pooled  {@code (prompts, width)}
     */
    record Embedding(NDArray context, NDArray pooled) {
        private Embedding copy(NDManager owner) {
            NDArray tokens = context.duplicate();
            tokens.attach(owner);
            NDArray text = pooled.duplicate();
            text.attach(owner);
            return new Embedding(tokens, text);
        }

        private void close() {
            context.close();
            pooled.close();
        }
    }

    /** @param inversions the learnt words that the tokenizers know */
    PromptEncoder(SdxlParts parts, Optional<Tokenizer> firstTokenizer, Tokenizer secondTokenizer, List<TextualInversion> inversions, Scope weights,
            Lanes lanes) {
        this.first = parts.textEncoder();
        this.second = parts.textEncoder2();
        this.firstTokenizer = firstTokenizer;
        this.secondTokenizer = secondTokenizer;
        this.inversions = inversions;
        this.cacheScope = weights.child();
        this.lanes = lanes;
        long width = first.map(t -> t.config().hiddenSize()).orElse(0) + second.config().hiddenSize();
        this.cachedRows = CACHE_BYTES / (Float.BYTES * width * second.config().positions());
    }

    /** Longest prompt in tokens, start and end included. */
    int maxLength() {
        return secondTokenizer.maxLength();
    }

    /**
     * Embeddings of texts, in their order; says in notes what was cut off. The same texts always give the same embeddings to the bit, hooked
     * or not, because they are always computed together.
     *
     * @return tensors of {@code owner}
     * @throws RefractException if layers are to be skipped that are not there, or a prompt is written in a way that its notation does not allow
     */
    Embedding encode(Texts texts, HookTable hooks, Pass pass, Monitor monitor, NDManager owner) throws RefractException {
        checkClipSkip(texts.options().clipSkip());
        PromptRows two = rowsOfSecond(texts);
        Optional<PromptRows> one = rowsOfFirst(texts);
        int windows = Collections.max(windows(one, two));
        two.fill(windows);
        one.ifPresent(o -> o.fill(windows));
        noteCut(one, two, monitor);
        noteChunked(one, two, monitor);
        noteUnread(texts, monitor);
        if (touchedBy(hooks)) {
            return compute(one, two, texts, hooks, pass, owner);
        }
        Optional<Embedding> known = known(texts, owner);
        return known.isPresent() ? known.get() : keep(texts, compute(one, two, texts, HookTable.EMPTY, pass, owner));
    }

    private Optional<Embedding> known(Texts texts, NDManager owner) {
        synchronized (cache) {
            return Optional.ofNullable(cache.get(texts)).map(embedding -> embedding.copy(owner));
        }
    }

    private Embedding keep(Texts texts, Embedding computed) {
        synchronized (cache) {
            if (!cache.containsKey(texts)) {
                cache.put(texts, computed.copy(cacheScope.manager()));
                forgetEldest();
            }
        }
        return computed;
    }

    /** The learnt words that stand in none of some texts. */
    List<TextualInversion> unspoken(List<Texts> texts) {
        return inversions.stream().filter(inversion -> texts.stream().noneMatch(t -> speaks(t, inversion))).toList();
    }

    private boolean speaks(Texts texts, TextualInversion inversion) {
        List<String> ofSecond = first.isPresent() ? texts.second() : texts.first();
        return ofSecond.stream().anyMatch(text -> inversion.words().stream().anyMatch(word -> secondTokenizer.holds(text, word)))
                || firstTokenizer.isPresent()
                && texts.first().stream().anyMatch(text -> inversion.words().stream().anyMatch(word -> firstTokenizer.get().holds(text, word)));
    }

    /**
     * Windows that each text takes in the encoder where it takes more.
     *
     * @throws RefractException if a prompt is written in a way that its notation does not allow
     */
    List<Integer> windows(Texts texts) throws RefractException {
        return windows(rowsOfFirst(texts), rowsOfSecond(texts));
    }

    private static List<Integer> windows(Optional<PromptRows> one, PromptRows two) {
        List<Integer> second = two.windows();
        List<Integer> first = one.map(PromptRows::windows).orElse(second);
        return IntStream.range(0, second.size()).mapToObj(i -> Math.max(first.get(i), second.get(i))).toList();
    }

    private Optional<PromptRows> rowsOfFirst(Texts texts) throws RefractException {
        return first.isPresent() ? Optional.of(new PromptRows(texts.first(), firstTokenizer.orElseThrow(), texts.options())) : Optional.empty();
    }

    private PromptRows rowsOfSecond(Texts texts) throws RefractException {
        return new PromptRows(first.isPresent() ? texts.second() : texts.first(), secondTokenizer, texts.options());
    }

    private void checkClipSkip(int skip) throws RefractException {
        int most = Math.min(second.config().layers(), first.map(f -> f.config().layers()).orElse(Integer.MAX_VALUE)) - 1;
        if (skip < 0 || skip > most) {
            throw RefractException.usage("%d layers of the text encoders cannot be skipped; choose 0 to %d.", skip, most);
        }
    }

    private void forgetEldest() {
        long rows = cache.values().stream().mapToLong(this::rows).sum();
        while (rows > cachedRows && cache.size() > 1) {
            var eldest = cache.pollFirstEntry();
            rows -= rows(eldest.getValue());
            eldest.getValue().close();
        }
    }

    /** Windows of text in an embedding. */
    private long rows(Embedding embedding) {
        return embedding.context.getShape().get(0) * embedding.context.getShape().get(1) / maxLength();
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

    private Embedding compute(Optional<PromptRows> one, PromptRows two, Texts texts, HookTable hooks, Pass pass, NDManager owner) {
        Forward forward = new Forward(hooks, pass, owner);
        boolean small = second.config().isSmall() && first.stream().allMatch(encoder -> encoder.config().isSmall());
        return small && cacheScope.placement().device().equals("cpu")
                ? forward.over(lanes, run -> compute(one, two, texts, run))
                : compute(one, two, texts, forward);
    }

    private Embedding compute(Optional<PromptRows> one, PromptRows two, Texts texts, Forward whole) {
        int skip = texts.options().clipSkip() + 1;
        try (NDManager step = whole.owner().newSubManager()) {
            Forward run = whole.in(step);
            TextEncoder.Encoding told = second.forward(run, onDevice(two.ids(step), step), second.config().layers() - skip, true);
            NDArray context = two.context(step, told.hidden());
            if (one.isPresent()) {
                TextEncoder encoder = first.orElseThrow();
                NDArray ids = onDevice(one.get().ids(step), step);
                NDArray hidden = encoder.forward(run, ids, encoder.config().layers() - skip, false).hidden();
                context = KERNELS.call(step, "side_by_side", one.get().context(step, hidden), context);
            }
            NDArray pooled = two.pooled(step, told.embedded().orElseThrow());
            context.attach(whole.owner());
            pooled.attach(whole.owner());
            return new Embedding(context, pooled);
        }
    }

    private NDArray onDevice(NDArray ids, NDManager out) {
        return cacheScope.placement().device().equals("cpu") ? ids : DTypes.move(out, ids, cacheScope.placement());
    }

    /** A note for each prompt that was cut, with the words that were left out. */
    private void noteCut(Optional<PromptRows> one, PromptRows two, Monitor monitor) {
        Map<String, String> cut = new LinkedHashMap<>(two.cut());
        one.ifPresent(o -> cut.putAll(o.cut()));
        cut.forEach((prompt, words) -> monitor.note(
                "The prompt \"%s\" was cut after %d tokens; \"%s\" was left out.".formatted(beginning(prompt), maxLength() - 2, beginning(words))));
    }

    /** A note for each prompt that is too long for one window. */
    private void noteChunked(Optional<PromptRows> one, PromptRows two, Monitor monitor) {
        Map<String, Integer> chunked = new LinkedHashMap<>(two.chunked());
        one.ifPresent(o -> o.chunked().forEach((prompt, windows) -> chunked.merge(prompt, windows, Math::max)));
        chunked.forEach((prompt, windows) -> monitor.note("The prompt \"%s\" is longer than %d tokens and is read in %d windows."
                .formatted(beginning(prompt), maxLength() - 2, windows)));
    }

    /** A note for each kind of what is read as words and means something else to other tools. */
    private static void noteUnread(Texts texts, Monitor monitor) {
        texts.all().distinct().flatMap(text -> Unread.in(text, texts.options().weighting()).stream()).distinct().forEach(monitor::note);
    }

    private static String beginning(String text) {
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, text.offsetByCodePoints(0, LONGEST_QUOTE / 2)) + "…";
    }

    @Override
    public void close() {
        cache.clear();
        cacheScope.close();
    }
}
