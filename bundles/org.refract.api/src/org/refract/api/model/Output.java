package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/** What a model answered to a {@link Request}; one row for each example. */
public sealed interface Output extends AutoCloseable permits ImageBatch, TextOutput, PixelOutput {

    /** Its tensors by name, {@code latents}, {@code images}, {@code logits}; those that were not asked for are left out. */
    Map<String, NDArray> tensors();

    /** Frees the tensors before their owner does. */
    @Override
    default void close() {
        tensors().values().forEach(NDArray::close);
    }
}
