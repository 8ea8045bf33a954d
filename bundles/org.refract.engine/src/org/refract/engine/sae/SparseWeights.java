package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;

/**
 * The weights that a {@link SparseTrainer} moves, as rows of latents and by their published names.
 *
 * @param encoder (latents, width) contiguous, {@code decoder} (latents, outputWidth) contiguous
 * @param encoderBias (latents)
 * @param decoderBias (outputWidth)
 * @param skip (outputWidth, width) of a skip transcoder; empty otherwise
 * @param names the published names, in this order
 * @param published the tensors by these names: the same memory, perhaps transposed
 */
public record SparseWeights(NDArray encoder, NDArray decoder, NDArray encoderBias, NDArray decoderBias, List<NDArray> skip, List<String> names,
        List<NDArray> published) {

    /** In the order of the kernels. */
    NDList parameters() {
        NDList all = new NDList(encoder, decoder, encoderBias, decoderBias);
        all.addAll(skip);
        return all;
    }

    int width() {
        return Math.toIntExact(encoder.getShape().get(1));
    }

    int outputWidth() {
        return Math.toIntExact(decoder.getShape().get(1));
    }

    int latents() {
        return Math.toIntExact(encoder.getShape().get(0));
    }
}
