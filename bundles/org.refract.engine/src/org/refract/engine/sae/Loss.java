package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;

/** What a trainer minimises: the loss of one form of SAE and its gradients. */
public interface Loss {

    /** Kernel text that losses share, for a library of one's own: {@code loss.ts.py}. */
    KernelLibrary SHARED = KernelLibrary.of(Loss.class, "loss.ts.py");

    /** The names of what is optimised, mostly the SAE's tensors. */
    List<String> parameters();

    /** The names of the loss terms; their sum is the loss. */
    List<String> terms();

    /**
     * @param out   owns the results
     * @param x     (samples, width) float32, normalised as the SAE's settings say
     * @param target (samples, outputWidth) float32, what is to be reconstructed; {@code x} itself unless the SAE is a transcoder
     * @param given the parameters, in the order of {@link #parameters()}
     * @return the gradients in that order; the terms in the order of {@link #terms()}, float64; the reconstruction (samples, outputWidth); the
     *     latents (samples, latents), or in how many samples each was active, (latents) int64
     */
    NDList evaluate(NDManager out, NDArray x, NDArray target, NDList given, Step step);

    /** The tensor that is optimised under a name: the SAE's own, or one in {@code scope} that stands for it. */
    default NDArray parameter(DenseSae sae, String name, Scope scope) {
        return sae.tensors().get(name);
    }

    /** The parameters that are biases of latents and begin at 0 with a latent that begins anew. */
    default List<String> biases() {
        return List.of("b_enc");
    }

    /** The SAE's tensors that {@link #updated} makes of parameters. */
    default List<String> derived() {
        return List.of();
    }

    /** Brings tensors of the SAE that parameters stand for up to date. */
    default void updated(DenseSae sae, NDList parameters) {
    }

    /** Buffers that follow the latents of a step, such as a threshold for inference, brought up to date. */
    default void follow(DenseSae sae, NDArray latents, Step step) {
    }

    /** Tensors of its own that a training goes on from besides weights and moments, made in {@code scope}, by name. Called once. */
    default Map<String, NDArray> state(Scope scope) {
        return Map.of();
    }

    /**
     * Where the training stands.
     *
     * @param number  of the step, from 0
     * @param sparsity share of the sparsity terms' full weight that is in force, 0 to 1
     * @param since   (latents) int64: samples since each latent was active, as it was before this step
     */
    record Step(long number, double sparsity, NDArray since) {
    }
}
