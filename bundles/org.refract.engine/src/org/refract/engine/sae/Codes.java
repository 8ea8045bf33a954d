package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.kernel.KernelLibrary;

/** The active latents of autoencoders that keep k of each sample, found and decoded without a matrix of samples × latents. */
public final class Codes {

    private static final KernelLibrary KERNELS = KernelLibrary.of(Codes.class, List.of("bags.ts.py", "codes.ts.py"));

    /** Pre-activations that exist at a time: 32 MiB. */
    private static final int PRE_ACTIVATIONS = 1 << 23;

    private static final int FEWEST_ROWS = 64;

    /** Pre-activations that are looked at while they are in the processor's cache: 8 MiB. */
    private static final int BLOCK_NUMBERS = 1 << 21;

    private Codes() {
    }

    /**
     * {@code z = the chosen of (x − centre) encoderᵀ + bias}, times {@code scale}.
     *
     * @param x       (samples, width)
     * @param encoder (latents, width) contiguous
     * @param bias    (latents)
     * @param centre  (width); null if nothing is subtracted
     * @param scale   (latents), such as the decoder rows' norms; null for 1
     */
    public static SparseCodes encode(NDArray x, NDArray encoder, NDArray bias, NDArray centre, NDArray scale, SparseRule.Selection selection, long k) {
        int latents = Math.toIntExact(encoder.getShape().get(0));
        int unit = selection == SparseRule.Selection.GROUPMAX ? Math.toIntExact(latents / k) : 1;
        int width = Math.min(latents, Math.max(Math.toIntExact(k), Math.max(1, PRE_ACTIVATIONS / FEWEST_ROWS / unit) * unit));
        int tile = Math.max(1, PRE_ACTIVATIONS / width);
        NDList codes = KERNELS.callList(x.getManager(), "encode", x, encoder, bias, centre, scale, selection.word(), k, tile, width,
                Math.max(1, BLOCK_NUMBERS / width));
        return new SparseCodes(codes.get(0), codes.get(1), latents);
    }

    /** {@code Σ_j values[i, j]·decoder[indices[i, j]] + bias}, (samples, outputWidth); the result belongs to {@code out}. */
    public static NDArray decode(NDManager out, SparseCodes codes, NDArray decoder, NDArray bias) {
        return KERNELS.call(out, "decode", codes.indices(), codes.values(), decoder, bias);
    }
}
