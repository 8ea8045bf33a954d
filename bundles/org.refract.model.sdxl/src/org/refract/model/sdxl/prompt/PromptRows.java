package org.refract.model.sdxl.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.model.TextOptions;
import org.refract.api.model.TextOptions.Weighting;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.prompt.WeightedPrompt.Share;
import org.refract.model.sdxl.prompt.WeightedPrompt.Term;

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
    /** compel: a weight of 0 counts as this one. */
    private static final double SMALLEST_WEIGHT = 1e-5;

    private final Tokenizer tokenizer;
    private final TextOptions options;
    private final List<Window> rows = new ArrayList<>();
    /** Shares of the rows in each window of each prompt. */
    private final List<List<Map<Integer, Double>>> prompts = new ArrayList<>();
    private final List<Map<Integer, Double>> pools = new ArrayList<>();
    private final Map<String, String> cut = new HashMap<>();
    private int empty = -1;

    /** A variant of a text: its first row, how many windows it has, and its share. */
    private record Placed(int row, int windows, double share) {
    }

    /**
     * @param texts one per prompt
     * @throws RefractException if a prompt is written in a way that its notation does not allow
     */
    public PromptRows(List<String> texts, Tokenizer tokenizer, TextOptions options) throws RefractException {
        this.tokenizer = tokenizer;
        this.options = options;
        for (String text : texts) {
            add(text);
        }
        if (options.weighting() == Weighting.COMPEL && rows.stream().anyMatch(Window::isWeighted)) {
            empty();
        }
    }

    /** Windows of the longest prompt. */
    public int windows() {
        return prompts.stream().mapToInt(List::size).max().orElse(1);
    }

    /** Fills every prompt up to so many windows. */
    public void fill(int windows) {
        for (List<Map<Integer, Double>> prompt : prompts) {
            while (prompt.size() < windows) {
                prompt.add(Map.of(empty(), 1.0));
            }
        }
    }

    /** What of each text found no room, in words; texts that were read whole are not there. */
    public Map<String, String> cut() {
        return Map.copyOf(cut);
    }

    /** {@code (rows, tokens)} int64. */
    public NDArray ids(NDManager owner) {
        int length = tokenizer.maxLength();
        long[] ids = new long[rows.size() * length];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i).ids(), 0, ids, i * length, length);
        }
        return Tensors.of(owner, ids, rows.size(), length);
    }

    /** The prompts' embeddings {@code (prompts, windows · tokens, width)} from those of the rows. */
    public NDArray context(NDManager owner, NDArray hidden) {
        NDArray z = emphasised(owner, hidden);
        List<Map<Integer, Double>> windows = prompts.stream().flatMap(List::stream).toList();
        boolean inOrder = rows.size() == windows.size()
                && IntStream.range(0, rows.size()).allMatch(i -> windows.get(i).equals(Map.of(i, 1.0)));
        NDArray mixed = inOrder ? z : KERNELS.call(owner, "mixed", z, matrix(owner, windows, hidden));
        return KERNELS.call(owner, "in_a_row", mixed, prompts.size());
    }

    /** The prompts' pooled embeddings {@code (prompts, width)} from those of the rows. */
    public NDArray pooled(NDManager owner, NDArray embedded) {
        boolean inOrder = rows.size() == pools.size() && IntStream.range(0, rows.size()).allMatch(i -> pools.get(i).equals(Map.of(i, 1.0)));
        return inOrder ? embedded : KERNELS.call(owner, "mixed", embedded, matrix(owner, pools, embedded));
    }

    private NDArray emphasised(NDManager owner, NDArray hidden) {
        if (rows.stream().noneMatch(Window::isWeighted)) {
            return hidden;
        }
        float[] weights = new float[rows.size() * tokenizer.maxLength()];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i).weights(), 0, weights, i * tokenizer.maxLength(), tokenizer.maxLength());
        }
        NDArray w = beside(hidden, Tensors.of(owner, weights, rows.size(), tokenizer.maxLength()), owner);
        return options.weighting() == Weighting.COMPEL
                ? KERNELS.call(owner, "emphasised_from_empty", hidden, w, empty)
                : KERNELS.call(owner, "emphasised_by_scale", hidden, w);
    }

    private NDArray matrix(NDManager owner, List<Map<Integer, Double>> shares, NDArray like) {
        float[] values = new float[shares.size() * rows.size()];
        for (int i = 0; i < shares.size(); i++) {
            for (Map.Entry<Integer, Double> share : shares.get(i).entrySet()) {
                values[i * rows.size() + share.getKey()] = share.getValue().floatValue();
            }
        }
        return beside(like, Tensors.of(owner, values, shares.size(), rows.size()), owner);
    }

    private static NDArray beside(NDArray place, NDArray tensor, NDManager owner) {
        return place.getDevice().isGpu() ? DTypes.move(owner, tensor, placement(place)) : tensor;
    }

    private static Placement placement(NDArray place) {
        return new Placement("cuda:" + place.getDevice().getDeviceId(), Placement.DType.FP32);
    }

    private void add(String text) throws RefractException {
        WeightedPrompt prompt = switch (options.weighting()) {
            case NONE -> WeightedPrompt.plain(text);
            case A1111 -> WebUiNotation.parse(text);
            case COMPEL -> CompelNotation.parse(text);
        };
        List<Map<Integer, Double>> windows = new ArrayList<>();
        List<Integer> lost = new ArrayList<>();
        for (Term term : prompt.terms()) {
            List<Map<Integer, Double>> ofTerm = blended(term, lost);
            if (term.weight() != 1) {
                for (Map<Integer, Double> shares : ofTerm) {
                    shares.replaceAll((row, share) -> share * term.weight());
                    shares.merge(empty(), 1 - term.weight(), Double::sum);
                }
            }
            windows.addAll(ofTerm);
        }
        prompts.add(windows);
        if (!lost.isEmpty()) {
            cut.put(text, tokenizer.decode(lost));
        }
    }

    /** The shares of the rows in each window of a term. */
    private List<Map<Integer, Double>> blended(Term term, List<Integer> lost) {
        List<Placed> placed = new ArrayList<>();
        Map<Integer, Double> firstRows = new HashMap<>();
        for (Share share : term.blend()) {
            firstRows.put(rows.size(), share.share());
            for (Share variant : options.weighting() == Weighting.COMPEL ? withoutTheWeak(share) : List.of(share)) {
                Window.All read = Window.of(variant.sections(), tokenizer, options.longPrompts());
                placed.add(new Placed(rows.size(), read.windows().size(), variant.share()));
                rows.addAll(read.windows());
                if (firstRows.containsKey(placed.getLast().row)) {
                    lost.addAll(read.cut());
                }
            }
        }
        if (pools.size() == prompts.size()) {
            pools.add(firstRows);
        }
        List<Map<Integer, Double>> windows = new ArrayList<>();
        for (int w = 0; w < placed.stream().mapToInt(Placed::windows).max().orElse(1); w++) {
            Map<Integer, Double> shares = new HashMap<>();
            for (Placed variant : placed) {
                shares.merge(w < variant.windows ? variant.row + w : empty(), variant.share, Double::sum);
            }
            windows.add(shares);
        }
        return windows;
    }

    /** A share, and the same without each of its fragments of a weight below 1: the weaker that is, the larger the share without it. */
    private static List<Share> withoutTheWeak(Share share) {
        List<Fragment> fragments = share.sections().getFirst();
        List<Share> variants = new ArrayList<>(List.of(share));
        double sum = 1;
        for (int i = 0; i < fragments.size(); i++) {
            if (fragments.get(i).weight() < 1) {
                double lerp = Math.tan((1 - Math.max(SMALLEST_WEIGHT, fragments.get(i).weight())) * Math.PI / 2);
                List<Fragment> rest = new ArrayList<>(fragments);
                rest.remove(i);
                variants.add(new Share(share.share() * lerp, List.of(rest)));
                sum += lerp;
            }
        }
        double all = sum;
        return variants.stream().map(v -> new Share(v.share() / all, v.sections())).toList();
    }

    private int empty() {
        if (empty < 0) {
            empty = rows.size();
            rows.add(Window.empty(tokenizer));
        }
        return empty;
    }
}
