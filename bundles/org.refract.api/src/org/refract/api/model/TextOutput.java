package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a language model read and wrote.
 *
 * @param tokens {@code (batch, positions)} int64, what was read and then what was chosen; shorter passages are filled up with the model's padding token
 * @param mask   {@code (batch, positions)} int64, 1 where a token is a passage's own and 0 where it fills up
 * @param logits {@code (batch, positions, vocabulary)} float32 after every token, {@code (batch, 1, vocabulary)} after the last; empty if none were wanted
 */
public record TextOutput(NDArray tokens, NDArray mask, Optional<NDArray> logits) implements Output {

    @Override
    public Map<String, NDArray> tensors() {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("tokens", tokens);
        tensors.put("mask", mask);
        logits.ifPresent(l -> tensors.put("logits", l));
        return tensors;
    }
}
