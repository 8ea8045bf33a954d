package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.refract.api.RefractException;

/** A causal language model. */
public interface LanguageModel extends Model {

    /** Token ids of a text, with the model's own special tokens. */
    long[] tokenize(String text) throws RefractException;

    /** The text of token ids. */
    String detokenize(long[] tokens);

    /**
     * One forward pass.
     *
     * @param tokens {@code (batch, positions)} int64
     * @return logits {@code (batch, positions, vocabulary)} float32, owned by {@code owner}
     */
    NDArray logits(NDArray tokens, List<? extends Hook> hooks, NDManager owner) throws RefractException;
}
