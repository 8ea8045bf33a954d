package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/**
 * Dead latents begin anew, as in Bricken et al. 2023: each takes the direction of a sample that the others reconstruct badly, drawn without
 * replacement with probability ∝ ‖x̂ − target‖². Its decoder row is that direction of the target as a unit vector; its encoder row that of the
 * input, a fifth as long as those of living latents on average; its biases 0; Adam's moments of all of them 0. The draw of a step depends on
 * the step's number alone.
 */
final class Resampling {

    private static final KernelLibrary KERNELS = KernelLibrary.of(Resampling.class, "resampling.ts.py");

    /** Of the living encoder rows' mean norm. */
    private static final double ENCODER_NORM = 0.2;

    /**
     * When it happens.
     *
     * @param every steps between two; 0 never
     * @param until the last step that may
     */
    record Plan(long every, long until) {

        /** Whether a step, counted from 1, resamples. */
        boolean due(long step) {
            return every > 0 && step % every == 0 && step <= until;
        }
    }

    private Resampling() {
    }

    /**
     * @param step    seeds the draw
     * @param x       (samples, d) as the encoder sees it
     * @param error   (samples, e) x̂ − target
     * @param target  (samples, e) less b_dec
     * @param encoder (n, d) and {@code decoder} (n, e), rows of latents, by parameter and by moment: weights first
     * @param biases  (n), of weights and moments
     * @param since   (n) int64, set to 0 for the resampled
     * @param dead    since that makes a latent dead
     */
    static void run(Scope scope, long step, NDArray x, NDArray error, NDArray target, List<NDArray> encoder, List<NDArray> decoder, List<NDArray> biases,
            NDArray since, long dead) {
        try (Scope own = scope.child()) {
            float[] draw = new TorchRandom(step).rand(Math.toIntExact(x.getShape().get(0)));
            NDArray uniform = Tensors.of(own.manager(), draw);
            KERNELS.callList(own, "resample", x, error, target, uniform, new NDList(encoder), new NDList(decoder), new NDList(biases), since, dead,
                    ENCODER_NORM);
        }
    }
}
