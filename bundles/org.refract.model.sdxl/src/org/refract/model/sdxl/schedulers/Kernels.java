package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.refract.engine.kernel.KernelLibrary;

/** The tensor functions of the schedulers. */
final class Kernels {

    static final KernelLibrary SCHEDULERS = KernelLibrary.of(Kernels.class, "schedulers.ts.py");

    private Kernels() {
    }

    /** {@code Σ wᵢ xᵢ}. */
    static NDArray sum(NDManager out, List<NDArray> tensors, double... weights) {
        return SCHEDULERS.call(out, "weighted_sum", tensors, weights);
    }

    /** {@code a x + b y}. */
    static NDArray sum(NDManager out, NDArray x, double a, NDArray y, double b) {
        return sum(out, List.of(x, y), a, b);
    }
}
