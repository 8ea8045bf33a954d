package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a model saw in pictures.
 *
 * @param encoding what it encodes them as, {@code (batch, ...)} float32: latents {@code (batch, channels, h, w)}, tokens {@code (batch, tokens, width)},
 *                 an embedding {@code (batch, width)}
 * @param images   {@code (batch, 3, height, width)} float32 in [0, 1], RGB, made out of the encoding; empty if they were not wanted
 */
public record PixelOutput(NDArray encoding, Optional<NDArray> images) implements Output {

    @Override
    public Map<String, NDArray> tensors() {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("encoding", encoding);
        images.ifPresent(i -> tensors.put("images", i));
        return tensors;
    }
}
