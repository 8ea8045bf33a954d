package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;

/** A causal language model. */
public interface LanguageModel extends Model {

    /** Token ids of a text, with the model's own special tokens. */
    long[] tokenize(String text) throws RefractException;

    /** The text of token ids. */
    String detokenize(long[] tokens);

    /**
     * Reads passages, and goes on where that is wanted. A passage gives the same numbers whatever else runs in the batch.
     *
     * @param request what to read
     * @param hooks   what to read or change on the way; of a batch of unequal lengths the pass's mask says which positions are real
     * @param monitor one unit of progress per token that is chosen
     * @param owner   owns the returned tensors
     * @throws RefractException if the request does not fit the model or a hook names no hook point of it
     */
    TextOutput read(TextRequest request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) throws RefractException;

    /**
     * The logits after every token of a passage.
     *
     * @param ids   token ids, at least one
     * @param owner owns the result
     * @return {@code (1, positions, vocabulary)} float32
     * @throws RefractException as {@link #read}
     */
    default NDArray logits(long[] ids, List<? extends Hook> hooks, NDManager owner) throws RefractException {
        TextOutput read = read(TextRequest.ofIds(List.of(Arrays.stream(ids).boxed().toList())), hooks, Monitor.silent(), owner);
        read.tokens().close();
        read.mask().close();
        return read.logits().orElseThrow();
    }

    @Override
    default Output run(Request request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) throws RefractException {
        if (request instanceof TextRequest text) {
            return read(text, hooks, monitor, owner);
        }
        throw refused(request, "reads text");
    }
}
