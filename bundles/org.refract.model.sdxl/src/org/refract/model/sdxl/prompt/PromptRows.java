package org.refract.model.sdxl.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.options.TextOptions.Weighting;
import org.refract.model.sdxl.options.TextOptions;

/**
 * What one text encoder reads of some prompts, and how their embeddings are made of it.
 *
 * <p>Each prompt has the same number of windows; a shorter one is filled up with windows without words. Emphasis acts on the embeddings:
 * in the web UI's notation they are multiplied and each window is brought back to its mean (the web UI's setting "Original"); in compel's
 * they move away from those of the empty window, and a weight below 1 also blends with the prompt that lacks the words, of share
 * {@code tan((1 - weight) π/2)} (compel's {@code DownweightMode.REMOVE}). The pooled embedding is that of the first window, and is not
 * emphasised.
 */
public final class PromptRows {

    private static final KernelLibrary KERNELS = KernelLibrary.of(PromptRows.class, "prompt.ts.py");

    private final Tokenizer tokenizer;
    private final TextOptions options;
    private final Mixture mixture;

    /**
     * @param texts one per prompt
     * @throws RefractException if a prompt is written in a way that its notation does not allow
     */
    public PromptRows(List<String> texts, Tokenizer tokenizer, TextOptions options) throws RefractException {
        this.tokenizer = tokenizer;
        this.options = options;
        this.mixture = new Mixture(tokenizer, options);
        for (String text : texts) {
            mixture.add(text);
        }
        if (options.weighting() == Weighting.COMPEL && isWeighted()) {
            mixture.empty();
        }
    }

    /** Windows of each prompt. */
    public List<Integer> windows() {
        return mixture.prompts().stream().map(List::size).toList();
    }

    /** Fills every prompt up to so many windows. */
    public void fill(int windows) {
        for (List<Map<Integer, Double>> prompt : mixture.prompts()) {
            while (prompt.size() < windows) {
                prompt.add(Map.of(mixture.empty(), 1.0));
            }
        }
    }

    /** What of each text found no room, in words; texts that were read whole are not there. */
    public Map<String, String> cut() {
        return Map.copyOf(mixture.cut());
    }

    /** Windows of each text of which more than one is needed for words that follow each other; all others are not there. */
    public Map<String, Integer> chunked() {
        return Map.copyOf(mixture.chunked());
    }

    /** {@code (rows, tokens)} int64. */
    public NDArray ids(NDManager owner) {
        int length = tokenizer.maxLength();
        List<Window> rows = mixture.rows();
        long[] ids = new long[rows.size() * length];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i).ids(), 0, ids, i * length, length);
        }
        return Tensors.of(owner, ids, rows.size(), length);
    }

    /** The prompts' embeddings {@code (prompts, windows · tokens, width)} from those of the rows. */
    public NDArray context(NDManager owner, NDArray hidden) {
        NDArray mixed = mixed(owner, mixture.prompts().stream().flatMap(List::stream).toList(), emphasised(owner, hidden));
        return KERNELS.call(owner, "in_a_row", mixed, mixture.prompts().size());
    }

    /** The prompts' pooled embeddings {@code (prompts, width)} from those of the rows. */
    public NDArray pooled(NDManager owner, NDArray embedded) {
        return mixed(owner, mixture.pools(), embedded);
    }

    private NDArray emphasised(NDManager owner, NDArray hidden) {
        if (!isWeighted()) {
            return hidden;
        }
        List<Window> rows = mixture.rows();
        float[] weights = new float[rows.size() * tokenizer.maxLength()];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i).weights(), 0, weights, i * tokenizer.maxLength(), tokenizer.maxLength());
        }
        NDArray w = beside(hidden, Tensors.of(owner, weights, rows.size(), tokenizer.maxLength()), owner);
        return options.weighting() == Weighting.COMPEL
                ? KERNELS.call(owner, "emphasised_from_empty", hidden, w, mixture.empty())
                : KERNELS.call(owner, "emphasised_by_scale", hidden, w);
    }

    private boolean isWeighted() {
        return mixture.rows().stream().anyMatch(Window::isWeighted);
    }

    /** The rows themselves where each stands for itself, in order. */
    private NDArray mixed(NDManager owner, List<Map<Integer, Double>> shares, NDArray z) {
        int count = mixture.rows().size();
        if (count == shares.size() && IntStream.range(0, count).allMatch(i -> shares.get(i).equals(Map.of(i, 1.0)))) {
            return z;
        }
        float[] matrix = new float[shares.size() * count];
        for (int i = 0; i < shares.size(); i++) {
            for (Map.Entry<Integer, Double> share : shares.get(i).entrySet()) {
                matrix[i * count + share.getKey()] = share.getValue().floatValue();
            }
        }
        return KERNELS.call(owner, "mixed", z, beside(z, Tensors.of(owner, matrix, shares.size(), count), owner));
    }

    private static NDArray beside(NDArray place, NDArray tensor, NDManager owner) {
        return place.getDevice().isGpu()
                ? DTypes.move(owner, tensor, new Placement("cuda:" + place.getDevice().getDeviceId(), Placement.DType.FP32))
                : tensor;
    }
}
