package org.refract.engine.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import org.refract.engine.kernel.KernelLibrary;

/** The tape's own arithmetic. Its calls are never recorded, whoever listens. */
final class Calculus {

    private static final KernelLibrary KERNELS = KernelLibrary.of(Calculus.class, "gradient.ts.py");

    private Calculus() {
    }

    /** The same memory under another name. */
    static NDArray same(NDManager out, NDArray x) {
        return one(out, "detached", x);
    }

    /** The same memory under another name, with PyTorch's graph. */
    static NDArray withGraph(NDManager out, NDArray x) {
        return one(out, "same", x);
    }

    /** The same memory as something to differentiate by. */
    static NDArray leaf(NDManager out, NDArray x) {
        return one(out, "leaf", x);
    }

    /** Whether a tensor carries PyTorch's graph; DJL's own question says no for what an operation made. */
    static boolean hasGraph(NDArray x) {
        try (NDManager step = x.getManager().newSubManager()) {
            return one(step, "has_graph", x).getBoolean();
        }
    }

    static NDArray zeros(NDManager out, NDArray like) {
        return one(out, "zeros", like);
    }

    static NDArray total(NDManager out, NDArray a, NDArray b) {
        return one(out, "total", a, b);
    }

    /**
     * Vector-Jacobian products: the sum over outputs of {@code seed · d output / d leaf}, for each leaf. An output without a graph adds nothing.
     *
     * @param seeds of the outputs' shapes, null for none
     */
    static List<NDArray> products(NDManager out, List<NDArray> outputs, List<NDArray> leaves, List<NDArray> seeds) {
        List<NDArray> used = new ArrayList<>();
        List<NDArray> given = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            if (seeds.get(i) != null) {
                used.add(outputs.get(i));
                given.add(seeds.get(i));
            }
        }
        return used.isEmpty() ? List.of() : List.copyOf(KERNELS.callTraining(out, "products", used, leaves, given));
    }

    /** The gradient of one number with respect to a leaf, or nothing if it does not depend on it. */
    static List<NDArray> gradient(NDManager out, NDArray number, NDArray leaf) {
        return products(out, List.of(number), List.of(leaf), List.of(one(out, "ones", number)));
    }

    private static NDArray one(NDManager out, String function, Object... arguments) {
        return KERNELS.callTraining(out, function, arguments).get(0);
    }
}
