package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import java.util.HashMap;
import java.util.Map;
import org.refract.nn.Forward;

/**
 * The tokens of one pass over sequences of unequal length, and what attentions are told of their places: positions, angles, masks. Each is
 * computed once and owned by the pass. A padded row gets what it would get alone, wherever its padding stands.
 */
public final class Span {

    private final Forward run;
    private final KeyValueCache cache;
    private final NDArray positions;
    private final NDArray tokens;
    private final NDArray real;
    private final Map<Rotary, NDArray> angles = new HashMap<>();
    private final Map<Integer, NDArray> masks = new HashMap<>();

    /**
     * @param run   owns what is computed
     * @param mask  {@code (batch, positions)}, 0 where a token is padding
     * @param cache the tokens before; those of this pass are added to it
     */
    public Span(Forward run, NDArray mask, KeyValueCache cache) {
        this.run = run;
        this.cache = cache;
        NDArray now = run.call("is_real", mask);
        positions = run.call("token_positions", now, cache.realBefore());
        real = cache.joinedReal(run, now);
        tokens = cache.joinedPositions(run, positions);
    }

    /** The place of each token in its sequence, padding not counted: int64 {@code (batch, positions)}. */
    public NDArray positions() {
        return positions;
    }

    /** The tokens before. */
    public KeyValueCache cache() {
        return cache;
    }

    /** The angles of rotary embeddings at these positions. */
    public NDArray angles(Rotary rotary) {
        return angles.computeIfAbsent(rotary, r -> r.angles(run, positions));
    }

    /**
     * Where each position may look, {@code (batch, 1, positions, tokens)}.
     *
     * @param window how many tokens, its own among them, a position sees; 0 for all before it
     */
    public NDArray mask(int window) {
        return masks.computeIfAbsent(window, w -> run.call("attention_mask", positions, tokens, real, w));
    }
}
