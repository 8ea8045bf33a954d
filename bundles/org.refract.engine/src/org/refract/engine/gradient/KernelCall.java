package org.refract.engine.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.engine.kernel.KernelLibrary;

/**
 * A call of a kernel. Only its arguments are kept; what the kernel made inside is computed again, this time with PyTorch's graph, when its
 * gradient is wanted, and freed at once.
 *
 * @param owner     owns what backward needs for a moment
 * @param arguments as the kernel takes them, with a {@link Slot} for each tensor
 */
record KernelCall(NDManager owner, KernelLibrary library, String function, Object[] arguments, List<Slot> outputs) implements Operation {

    @Override
    public void back() {
        if (outputs.stream().noneMatch(Slot::hasGradient)) {
            return;
        }
        try (NDManager step = owner.newSubManager()) {
            Map<Slot, NDArray> leaves = new LinkedHashMap<>();
            Object[] again = Arrays.stream(arguments).map(a -> tensors(a, leaves, step)).toArray();
            NDList made = library.callTraining(step, function, again);
            List<NDArray> seeds = new ArrayList<>();
            outputs.forEach(o -> seeds.add(o.hasGradient() ? o.gradient() : null));
            List<NDArray> products = Calculus.products(step, made, List.copyOf(leaves.values()), seeds);
            List<Slot> read = List.copyOf(leaves.keySet());
            for (int i = 0; i < products.size(); i++) {
                read.get(i).add(products.get(i));
            }
        }
    }

    private static Object tensors(Object argument, Map<Slot, NDArray> leaves, NDManager step) {
        return switch (argument) {
            case Slot slot when slot.isTracked() -> leaves.computeIfAbsent(slot, s -> Calculus.leaf(step, s.held()));
            case Slot slot -> slot.held();
            case List<?> list -> list.stream().map(a -> tensors(a, leaves, step)).toList();
            case null, default -> argument;
        };
    }
}
