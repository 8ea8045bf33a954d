package org.refract.nn.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;

/**
 * Orthogonal finetuning as LyCORIS has it: groups of n outputs are turned by {@code R = (I + Q)(I - Q)⁻¹} with {@code Q = X - Xᵀ}, at a strength s by
 * {@code I + s (R - I)} (Controlling Text-to-Image Diffusion by Orthogonal Finetuning, equation 4). BOFT turns them several times, each time other
 * outputs together (Parameter-Efficient Orthogonal Finetuning via Butterfly Factorization, equation 4).
 *
 * @param blocks   X, {@code (k, n, n)} for k groups, or {@code (factors, k, n, n)} for BOFT
 * @param bound    above 0, {@code bound · out} is the most that the norm of all Q may be
 * @param strength s
 * @param rescale  what each output is multiplied by afterwards, or {@code null}
 */
record Rotation(NDArray blocks, double bound, double strength, NDArray rescale) {

    private static final KernelLibrary KERNELS = KernelLibrary.of(Rotation.class, "lora.ts.py");

    /** The weight of a layer whose outputs are turned, float32; empty if it has not as many. */
    Optional<NDArray> of(NDArray weight, Scope step) {
        Shape shape = blocks.getShape();
        int dimensions = shape.dimension();
        long size = dimensions < 3 ? 0 : shape.get(dimensions - 1);
        long out = weight.getShape().get(0);
        if (dimensions < 3 || dimensions > 4 || shape.get(dimensions - 2) != size || shape.get(dimensions - 3) * size != out) {
            return Optional.empty();
        }
        NDArray rotations = KERNELS.call(step, "rotations", blocks, step.manager().eye((int) size), bound * out, strength);
        NDArray turned = weight;
        if (dimensions == 3) {
            turned = KERNELS.call(step, "turned", weight, rotations);
        } else {
            for (long i = 0, half = size / 2; i < shape.get(0); i++, half *= 2) {
                if (half == 0 || out % (2 * half) != 0) {
                    return Optional.empty();
                }
                turned = KERNELS.call(step, "butterfly", turned, rotations, (int) i, (int) half);
            }
        }
        return Optional.of(rescale == null ? turned : KERNELS.call(step, "multiplied", turned, rescale));
    }
}
