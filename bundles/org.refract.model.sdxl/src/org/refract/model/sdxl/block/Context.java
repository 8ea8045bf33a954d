package org.refract.model.sdxl.block;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/**
 * What attention layers attend to: the token embeddings of the prompts. They are the same at every step of a run, and so are the keys and
 * values that each attention makes of them, which a run of several steps therefore keeps.
 */
public final class Context {

    private final NDArray tokens;
    private final Optional<NDManager> keeper;
    private final Map<Module, List<NDArray>> kept = new HashMap<>();

    private Context(NDArray tokens, Optional<NDManager> keeper) {
        this.tokens = tokens;
        this.keeper = keeper;
    }

    /** For one pass. */
    public static Context once(NDArray tokens) {
        return new Context(tokens, Optional.empty());
    }

    /** For the passes of a run; {@code keeper} owns the keys and values. */
    public static Context kept(NDArray tokens, NDManager keeper) {
        return new Context(tokens, Optional.of(keeper));
    }

    /** {@code (batch, tokens, width)}. */
    public NDArray tokens() {
        return tokens;
    }

    /** The keys and values of a module's attentions, computed when they are asked for first; anew each time where a gradient is wanted, which passes them. */
    List<NDArray> keysAndValues(Module module, Forward run, Function<NDManager, List<NDArray>> compute) {
        return keeper.isEmpty() || run.isRecorded() ? compute.apply(run.owner()) : kept.computeIfAbsent(module, m -> compute.apply(keeper.get()));
    }
}
