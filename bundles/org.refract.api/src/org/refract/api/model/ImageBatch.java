package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The pictures of one {@link ImageRequest}.
 *
 * @param latents {@code (batch, channels, h, w)} float32, the final latents as the scheduler left them (not divided by the
 *                VAE's scaling factor)
 * @param images  {@code (batch, 3, height, width)} float32 in [0, 1], RGB; of a stage that ends early the picture that the model
 *                predicts there; empty if the request asked for latents alone
 * @param draws   how many draws of each picture's generator lie behind now ({@link Noise#behind}), for a model that goes on
 */
public record ImageBatch(NDArray latents, Optional<NDArray> images, int draws) implements Output {

    /** Of a model whose noise no other one goes on with. */
    public ImageBatch(NDArray latents, Optional<NDArray> images) {
        this(latents, images, 0);
    }

    @Override
    public Map<String, NDArray> tensors() {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("latents", latents);
        images.ifPresent(i -> tensors.put("images", i));
        return tensors;
    }
}
