package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import org.refract.engine.kernel.KernelLibrary;

/**
 * The few latents of a batch that are not zero, for losses whose gradient is sparse where the latents are: with them only the encoder product
 * is dense. All tensors that its methods return belong to one manager.
 */
public final class Entries {

    private static final KernelLibrary KERNELS = KernelLibrary.of(Entries.class, List.of("bags.ts.py", "codes.ts.py", "entries.ts.py"));

    /**
     * Of samples × latents. With more entries than this the dense products are faster: at d = 1280 an entry costs about as much as ten of a
     * product (releng/benchmarks).
     */
    private static final int SHARE = 12;

    /** Pre-activations that exist at a time: 64 MiB; and that are looked at while they are in the processor's cache: 8 MiB. */
    private static final int PRE_ACTIVATIONS = 1 << 24;

    private static final int BLOCK_NUMBERS = 1 << 21;

    private final NDManager out;
    private final NDArray values;
    private final NDArray row;
    private final NDArray column;
    private final NDArray starts;
    private final NDArray order;
    private final NDArray bounds;
    private final long latents;

    private Entries(NDManager out, NDList found, long latents) {
        this.out = out;
        this.values = found.get(0);
        this.row = found.get(1);
        this.column = found.get(2);
        this.starts = found.get(3);
        this.latents = latents;
        NDList turned = KERNELS.callList(out, "turned", column, latents);
        this.order = turned.get(0);
        this.bounds = turned.get(1);
    }

    /**
     * The latents with {@code y W_enc + bias > bound}, if they are few.
     *
     * @param y     (samples, width)
     * @param bound (latents), or null for 0
     */
    public static Optional<Entries> above(NDManager out, NDArray y, NDArray encoder, NDArray bias, NDArray bound) {
        long samples = y.getShape().get(0);
        long latents = encoder.getShape().get(1);
        NDList found = KERNELS.callList(out, "find", y, encoder, bias, bound, samples * latents / SHARE, Math.max(1, PRE_ACTIVATIONS / latents),
                Math.max(1, BLOCK_NUMBERS / latents));
        return found.isEmpty() ? Optional.empty() : Optional.of(new Entries(out, found, latents));
    }

    /** (entries): pre-activations less their bound. */
    public NDArray values() {
        return values;
    }

    /** (entries) int64: their latents. */
    public NDArray latent() {
        return column;
    }

    /** {@code Σ weight·W_dec + b_dec − target}, (samples, outputWidth), for one weight per entry. */
    public NDArray residual(NDArray weights, NDArray decoder, NDArray bias, NDArray target) {
        return KERNELS.call(out, "residual", weights, column, starts, decoder, bias, target);
    }

    /** (entries): the residual of an entry's sample · the decoder row of its latent. */
    public NDArray dots(NDArray residual, NDArray decoder) {
        return KERNELS.call(out, "dots", residual, decoder, column, starts, row);
    }

    /** (latents, ·): over a latent's entries, the sum of weight·the row of the sample. */
    public NDArray gathered(NDArray rows, NDArray weights) {
        return KERNELS.call(out, "gathered", rows, weights, row, order, bounds);
    }

    /** (latents): the sum of a latent's weights. */
    public NDArray sums(NDArray weights) {
        return KERNELS.call(out, "sums", weights, column, latents);
    }

    /** (latents) int64: how many of a latent's entries are not zero. */
    public NDArray counts(NDArray mask) {
        return KERNELS.call(out, "counts", mask, column, latents);
    }
}
