package org.refract.model.sdxl.prompt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.options.TextOptions.Weighting;
import org.refract.model.sdxl.options.TextOptions;
import org.refract.model.sdxl.prompt.WeightedPrompt.Share;
import org.refract.model.sdxl.prompt.WeightedPrompt.Term;

/** Which windows of text are encoded for some prompts, and which shares of them make each window of each prompt. */
final class Mixture {

    /** compel: a weight of 0 counts as this one. */
    private static final double SMALLEST_WEIGHT = 1e-5;

    private final Tokenizer tokenizer;
    private final TextOptions options;
    private final List<Window> rows = new ArrayList<>();
    private final List<List<Map<Integer, Double>>> prompts = new ArrayList<>();
    private final List<Map<Integer, Double>> pools = new ArrayList<>();
    private final Map<String, String> cut = new HashMap<>();
    private final Map<String, Integer> chunked = new HashMap<>();
    private int empty = -1;
    private boolean divided;

    /** A variant of a text: its first row, how many windows it has, and its share. */
    private record Placed(int row, int windows, double share) {
    }

    Mixture(Tokenizer tokenizer, TextOptions options) {
        this.tokenizer = tokenizer;
        this.options = options;
    }

    /** The windows that are encoded. */
    List<Window> rows() {
        return rows;
    }

    /** Per prompt and window, the rows with their shares. */
    List<List<Map<Integer, Double>>> prompts() {
        return prompts;
    }

    /** Per prompt, the rows whose pooled embeddings make its own. */
    List<Map<Integer, Double>> pools() {
        return pools;
    }

    /** What of each text found no room. */
    Map<String, String> cut() {
        return cut;
    }

    /** Windows of each text that had to be divided. */
    Map<String, Integer> chunked() {
        return chunked;
    }

    /** The next prompt. */
    void add(String text) throws RefractException {
        WeightedPrompt prompt = switch (options.weighting()) {
            case NONE -> WeightedPrompt.plain(text);
            case A1111 -> WebUiNotation.parse(text);
            case COMPEL -> CompelNotation.parse(text);
        };
        List<Map<Integer, Double>> windows = new ArrayList<>();
        List<Integer> lost = new ArrayList<>();
        divided = false;
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
        if (divided) {
            chunked.put(text, windows.size());
        }
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
                divided |= read.windows().size() > variant.sections().size();
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

    /** The row without words. */
    int empty() {
        if (empty < 0) {
            empty = rows.size();
            rows.add(Window.empty(tokenizer));
        }
        return empty;
    }
}
