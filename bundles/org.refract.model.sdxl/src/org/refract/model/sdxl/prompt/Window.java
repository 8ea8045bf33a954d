package org.refract.model.sdxl.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.refract.model.sdxl.options.TextOptions.LongPrompts;
import org.refract.model.sdxl.clip.Tokenizer;

/**
 * What a text encoder reads at once: start, up to 75 tokens, end, padding.
 *
 * @param ids     tokens
 * @param weights emphasis of each
 */
record Window(long[] ids, float[] weights) {

    /** The web UI's setting: a window ends at a comma that is at most so many tokens back. */
    private static final int BACK_TO_A_COMMA = 20;

    /**
     * The windows of a text.
     *
     * @param windows at least one
     * @param cut     tokens that found no room
     */
    record All(List<Window> windows, List<Integer> cut) {
    }

    /** A token that is on its way into a window. */
    private record Weighted(int id, double weight) {
    }

    /** @param sections each begins a new window */
    static All of(List<List<Fragment>> sections, Tokenizer tokenizer, LongPrompts longPrompts) {
        List<Window> windows = new ArrayList<>();
        List<Integer> cut = new ArrayList<>();
        int room = tokenizer.maxLength() - 2;
        for (int i = 0; i < sections.size(); i++) {
            List<Weighted> tokens = new ArrayList<>();
            for (Fragment fragment : sections.get(i)) {
                tokenizer.tokens(fragment.text()).forEach(id -> tokens.add(new Weighted(id, fragment.weight())));
            }
            if ((longPrompts == LongPrompts.CUT || room == 0) && tokens.size() > room) {
                List<Weighted> rest = tokens.subList(room, tokens.size());
                rest.forEach(t -> cut.add(t.id));
                rest.clear();
            }
            boolean empty = tokens.isEmpty();
            while (!tokens.isEmpty()) {
                List<Weighted> taken = tokens.subList(0, fitting(tokens, room, tokenizer));
                windows.add(window(taken, tokenizer));
                taken.clear();
            }
            if (empty && (i < sections.size() - 1 || windows.isEmpty())) {
                windows.add(window(List.of(), tokenizer));
            }
        }
        return new All(windows, cut);
    }

    /** The window without words. */
    static Window empty(Tokenizer tokenizer) {
        return window(List.of(), tokenizer);
    }

    /** Whether a token is emphasised. */
    boolean isWeighted() {
        for (float weight : weights) {
            if (weight != 1) {
                return true;
            }
        }
        return false;
    }

    /**
     * How many tokens go into the next window: all, or as many as there is room for, or up to a comma a little before; the tokens of a
     * learnt word stay together.
     */
    private static int fitting(List<Weighted> tokens, int room, Tokenizer tokenizer) {
        int end = upToAComma(tokens, room, tokenizer);
        for (int i = 0; i < end; i += tokenizer.together(tokens.get(i).id)) {
            if (i > 0 && i + tokenizer.together(tokens.get(i).id) > end) {
                return i;
            }
        }
        return end;
    }

    private static int upToAComma(List<Weighted> tokens, int room, Tokenizer tokenizer) {
        if (tokens.size() <= room) {
            return tokens.size();
        }
        int comma = tokenizer.comma().orElse(-1);
        if (tokens.get(room).id != comma) {
            for (int i = room - 1; i >= Math.max(0, room - BACK_TO_A_COMMA); i--) {
                if (tokens.get(i).id == comma) {
                    return i + 1;
                }
            }
        }
        return room;
    }

    private static Window window(List<Weighted> tokens, Tokenizer tokenizer) {
        long[] ids = new long[tokenizer.maxLength()];
        float[] weights = new float[ids.length];
        Arrays.fill(ids, tokenizer.pad());
        Arrays.fill(weights, 1);
        ids[0] = tokenizer.start();
        for (int i = 0; i < tokens.size(); i++) {
            ids[i + 1] = tokens.get(i).id;
            weights[i + 1] = (float) tokens.get(i).weight;
        }
        ids[tokens.size() + 1] = tokenizer.end();
        return new Window(ids, weights);
    }
}
