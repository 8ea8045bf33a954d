package org.refract.nn.layer;

/**
 * How an attention divides its width.
 *
 * @param heads     heads of queries
 * @param keyHeads  heads of keys and values, each of which serves as many heads of queries (grouped-query attention, Ainslie et al. 2023)
 * @param headWidth features of one head
 * @param scale     what scores are multiplied with
 * @param softcap   c of {@code c · tanh(score / c)}, or 0 for scores as they are (Gemma 2)
 * @param causal    whether a position attends to itself and those before it alone where no mask says more
 */
public record AttentionHeads(int heads, int keyHeads, int headWidth, double scale, double softcap, boolean causal) {

    public AttentionHeads {
        if (heads < 1 || keyHeads < 1 || heads % keyHeads != 0 || headWidth < 1) {
            throw new IllegalArgumentException(heads + " heads of width " + headWidth + " cannot share " + keyHeads + " heads of keys");
        }
    }

    /** As many heads of keys as of queries, with scores divided by the root of the head's width. */
    public static AttentionHeads of(int heads, int headWidth) {
        return grouped(heads, heads, headWidth);
    }

    /** Fewer heads of keys, with scores divided by the root of the head's width. */
    public static AttentionHeads grouped(int heads, int keyHeads, int headWidth) {
        return new AttentionHeads(heads, keyHeads, headWidth, 1 / Math.sqrt(headWidth), 0, false);
    }

    /** The same, each position seeing itself and those before it. */
    public AttentionHeads withCausal() {
        return new AttentionHeads(heads, keyHeads, headWidth, scale, softcap, true);
    }

    /** The same with scores scaled and capped otherwise. */
    public AttentionHeads withScores(double by, double cap) {
        return new AttentionHeads(heads, keyHeads, headWidth, by, cap, causal);
    }

    /** Width of all queries together. */
    public int width() {
        return heads * headWidth;
    }

    /** Width of all keys together, and of all values. */
    public int keyWidth() {
        return keyHeads * headWidth;
    }
}
