package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/**
 * The keys and values of the tokens before, which a pass over the next tokens attends to. It is handed to a pass; one that keeps nothing makes
 * of it a pass over the whole sequence.
 */
public final class KeyValueCache {

    private final Optional<NDManager> keeper;
    private final Map<Module, KeysAndValues> kept = new HashMap<>();
    private NDArray real;
    private NDArray positions;

    private KeyValueCache(Optional<NDManager> keeper) {
        this.keeper = keeper;
    }

    /** Keeps nothing. */
    public static KeyValueCache none() {
        return new KeyValueCache(Optional.empty());
    }

    /** Empty; {@code keeper} owns what is kept. */
    public static KeyValueCache in(NDManager keeper) {
        return new KeyValueCache(Optional.of(keeper));
    }

    /**
     * Keys, turned if they are turned at all, and values.
     *
     * @param keys   {@code (batch, tokens, keyWidth)}
     * @param values the same
     */
    public record KeysAndValues(NDArray keys, NDArray values) {
    }

    /** Those of all tokens so far, the ones of this pass last; {@code attention} is whose they are. */
    public KeysAndValues joined(Forward run, Module attention, NDArray keys, NDArray values) {
        if (keeper.isEmpty()) {
            return new KeysAndValues(keys, values);
        }
        KeysAndValues before = kept.get(attention);
        KeysAndValues all = before == null
                ? new KeysAndValues(join(run, null, keys), join(run, null, values))
                : new KeysAndValues(join(run, before.keys(), keys), join(run, before.values(), values));
        kept.put(attention, all);
        return all;
    }

    /** The real tokens before, {@code (batch, tokens)}; null stands for none in kernels. */
    NDArray realBefore() {
        return real;
    }

    /** Whether each token so far is real, those of this pass last. */
    NDArray joinedReal(Forward run, NDArray now) {
        real = keeper.isEmpty() ? real : join(run, real, now);
        return keeper.isEmpty() ? now : real;
    }

    /** The positions of all tokens so far, those of this pass last. */
    NDArray joinedPositions(Forward run, NDArray now) {
        positions = keeper.isEmpty() ? positions : join(run, positions, now);
        return keeper.isEmpty() ? now : positions;
    }

    private NDArray join(Forward run, NDArray before, NDArray now) {
        NDArray all = run.in(keeper.orElseThrow()).call("joined_positions", before, now);
        if (before != null) {
            before.close();
        }
        return all;
    }
}
