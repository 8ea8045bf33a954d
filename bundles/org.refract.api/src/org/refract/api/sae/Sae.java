package org.refract.api.sae;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * A sparse autoencoder: {@code z = encode(x)}, {@code x̂ = decode(z)}. It owns its weights (float32) until it is closed and
 * is used on its device's thread; results belong to the manager of the argument.
 */
public interface Sae extends AutoCloseable {

    /** Shape and settings. */
    SaeConfig config();

    /**
     * @param x {@code (samples, width)} float32, one row per spatial position or token
     * @return the active latents
     */
    SparseCodes encode(NDArray x);

    /** @return {@code (samples, outputWidth)} float32 */
    NDArray decode(SparseCodes codes);

    /**
     * {@code x̂}. An SAE that normalises each sample or adds a function of it ({@code W_skip x}) undoes and adds that here, as its
     * {@link #decode} alone cannot; for every other one it is {@code decode(encode(x))}.
     *
     * @param x as in {@link #encode}
     * @return {@code (samples, outputWidth)} float32
     */
    default NDArray reconstruct(NDArray x) {
        try (SparseCodes codes = encode(x)) {
            return reconstruct(x, codes);
        }
    }

    /**
     * As {@link #reconstruct(NDArray)}, for whoever has the latents already.
     *
     * @param codes {@code encode(x)}
     */
    default NDArray reconstruct(NDArray x, SparseCodes codes) {
        return decode(codes);
    }

    /**
     * The dictionary, {@code (latents, outputWidth)} float32: row f is d_f, what one unit of latent f writes. A view of the
     * weights, owned by this SAE.
     */
    NDArray decoder();

    /** Every weight and buffer by the variant's own name; views, owned by this SAE. Enough to restore it. */
    Map<String, NDArray> tensors();

    @Override
    void close();
}
